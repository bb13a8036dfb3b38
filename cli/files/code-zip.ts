import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { link, lstat, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { OperatorError } from '../words/operator-error.ts';
import type { CodeTarget } from './code-folder.ts';
import { errorCode, unwritable } from './file-error.ts';

const mode = 0o600;

/** Images are compressed already. The fixed time makes equal files from equal images. */
const stored = { compress: false, mode: 0o100600, mtime: new Date('2000-01-01T00:00:00Z') } as const;

/**
 * A ZIP file of images, written as `<path>.part`. It gets its own name when it is complete. A second run starts it again.
 * It holds one image at a time, and some hundred bytes for each file, because the list of files is at a ZIP file's end.
 */
export class CodeZip implements CodeTarget {
  readonly mayHave = false;
  readonly #path: string;
  readonly #zip = new ZipFile();
  readonly #written: Promise<void>;
  #folder: string | undefined;
  #failure: unknown;

  private constructor(path: string) {
    this.#path = path;
    const out = createWriteStream(`${path}.part`, { mode });
    this.#written = pipeline(this.#zip.outputStream, out).catch((error: unknown) => {
      this.#failure = this.#inWords(error);
    });
  }

  /** @throws OperatorError if the file exists, or cannot be created */
  static async create(path: string): Promise<CodeZip> {
    const fault = (what: string) => new OperatorError(`${what}. Name another file with --to.`);
    const found = await lstat(path).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw fault(`${path} cannot be written: ${unwritable(error)}`);
    });
    if (found !== undefined) throw fault(`${path} exists already`);
    // A killed run may have left its part.
    await open(`${path}.part`, 'w', mode).then(
      (file) => file.close(),
      (error: unknown) => {
        throw fault(`${path} cannot be written: ${unwritable(error)}`);
      },
    );
    return new CodeZip(path);
  }

  async has(): Promise<boolean> {
    return false;
  }

  async add(name: string, bytes: Uint8Array): Promise<void> {
    this.#zip.addBuffer(Buffer.from(bytes), name, stored);
    await this.#room();
  }

  async addText(name: string, parts: AsyncIterable<string>): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'onelink-'));
    const path = join(this.#folder, 'text');
    try {
      await using file = await open(path, 'wx', mode);
      for await (const part of parts) await file.appendFile(part);
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      throw new OperatorError(
        `The page needs room in ${tmpdir()}, but ${unwritable(error)}. Set TMPDIR to another folder.`,
      );
    }
    this.#zip.addFile(path, name, { compress: true, mode: stored.mode, mtime: stored.mtime });
  }

  async finish(): Promise<void> {
    this.#zip.end();
    await this.#written;
    this.#unlessFailed();
    await this.#removeText();
    try {
      // Unlike a rename, a link never replaces an existing file.
      await link(`${this.#path}.part`, this.#path);
    } catch (error) {
      throw new OperatorError(
        `${this.#path} cannot be created: ${unwritable(error)}. The codes are in ${this.#path}.part.`,
      );
    }
    await rm(`${this.#path}.part`);
  }

  async discard(): Promise<void> {
    (this.#zip.outputStream as PassThrough).destroy();
    await this.#written;
    await this.#removeText();
    await rm(`${this.#path}.part`, { force: true });
  }

  /** Resolves when the disk has taken so much that the stream wants more. So images do not pile up in memory. */
  async #room(): Promise<void> {
    this.#unlessFailed();
    const out = this.#zip.outputStream as PassThrough;
    if (!out.writableNeedDrain) return;
    await Promise.race([once(out, 'drain').catch(() => this.#written), this.#written]);
    this.#unlessFailed();
  }

  async #removeText(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  #unlessFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #inWords(error: unknown): unknown {
    if (errorCode(error) === undefined) return error;
    return new OperatorError(
      `${this.#path} cannot be written: ${unwritable(error)}. Fix the cause, and run the same command again.`,
    );
  }
}
