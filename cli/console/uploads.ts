import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { type CampaignFileForm, formOfFile } from '../files/campaign-file.ts';
import type { InputFile } from '../files/input-file.ts';
import { ProblemError } from './problem.ts';

/** A campaign’s file that a page has sent. */
export interface Upload extends CampaignFileForm {
  id: string;
  /** The name on the operator's disk. */
  name: string;
  bytes: number;
  input: Pick<InputFile, 'name' | 'size' | 'open' | 'unchanged' | 'readError'>;
}

/** One object of S3 with 9,000 parts of 8 MB is larger. A console's page sends no such file. */
export const mostUploadBytes = 2 * 1024 * 1024 * 1024;
const mostUploads = 20;
const mode = 0o600;

/** Files that pages have sent, in a folder that only this user can read. It is gone when the console ends. */
export class Uploads {
  readonly #files = new Map<string, Upload & { path: string }>();
  #folder: Promise<string> | undefined;

  /** @throws ProblemError for a file that is too long, or whose form nobody knows */
  async add(name: string, body: ReadableStream<Uint8Array> | null): Promise<Upload> {
    if (this.#files.size >= mostUploads) await this.#forgetOldest();
    this.#folder ??= mkdtemp(join(tmpdir(), 'onelink-console-'));
    const id = randomUUID();
    const path = join(await this.#folder, id);
    let bytes = 0;
    const counted = new Transform({
      transform(part: Uint8Array, _, done) {
        bytes += part.byteLength;
        done(bytes > mostUploadBytes ? new ProblemError('bad-request', 'The file is longer than 2 GiB.') : null, part);
      },
    });
    try {
      const from = body === null ? Readable.from([]) : Readable.fromWeb(body);
      await pipeline(from, counted, createWriteStream(path, { mode, flags: 'wx' }));
      const input = {
        name,
        size: bytes,
        open: () => createReadStream(path),
        // Nobody else can write to it.
        unchanged: async () => {},
        readError: (error: unknown) => error,
      };
      const upload = { id, name, bytes, path, input, ...(await formOfFile(name, input)) };
      this.#files.set(id, upload);
      return upload;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** @throws ProblemError if there is no such file any more */
  get(id: string): Upload {
    const found = this.#files.get(id);
    if (found !== undefined) return found;
    throw new ProblemError('not-found', 'The console no longer has this file. Choose it again.');
  }

  async forget(id: string): Promise<void> {
    const found = this.#files.get(id);
    this.#files.delete(id);
    if (found !== undefined) await rm(found.path, { force: true });
  }

  async close(): Promise<void> {
    if (this.#folder !== undefined) await rm(await this.#folder, { recursive: true, force: true });
  }

  async #forgetOldest(): Promise<void> {
    const [oldest] = this.#files.keys();
    if (oldest !== undefined) await this.forget(oldest);
  }
}
