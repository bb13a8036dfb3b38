import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../words/operator-error.ts';
import { errorCode, fileErrorReason } from './file-error.ts';

/** A file that can be read more than once, and need not fit into memory. */
export interface InputFile {
  /** The name that the operator gave. */
  readonly name: string;
  /** How many bytes it has. */
  readonly size: number;
  /** The bytes. A reader of the whole file then asks `unchanged`. */
  open(): Readable;
  /** @throws OperatorError if the file has changed since it was opened, or is gone */
  unchanged(): Promise<void>;
  /** The operator's words for an error of the stream. Any other error comes back as it is. */
  readError(error: unknown): unknown;
  /** Removes the temporary copy, if there is one. */
  close(): Promise<void>;
}

export interface InputOptions {
  signal?: AbortSignal | undefined;
  /** What the file holds, for messages: `commands`. */
  content: string;
}

/**
 * Opens a file, or standard input with `-`. If the input cannot be read twice, it is copied to a temporary file first.
 *
 * @throws OperatorError if the file does not exist, or if the signal aborts
 */
export async function openInput(file: string, { signal, content }: InputOptions): Promise<InputFile> {
  const name = file === '-' ? 'Standard input' : file;
  if (file !== '-' && (await isSeekable(file))) return inputOf(file, file, async () => {});
  // Only the owner can read this folder.
  const folder = await mkdtemp(join(tmpdir(), 'onelink-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, 'copy');
    const input = file === '-' ? process.stdin : createReadStream(file);
    await pipeline(input, createWriteStream(copy, { mode: 0o600 }), { ...(signal && { signal }) });
    return await inputOf(name, copy, close);
  } catch (error) {
    await close();
    if (signal?.aborted) throw new OperatorError(`Interrupted while the ${content} were read.`);
    if (!/^(ENOSPC|EDQUOT|EROFS)$/.test(errorCode(error) ?? '')) throw readError(name, error);
    throw new OperatorError(
      `The input must be copied to ${tmpdir()}, but ${fileErrorReason(error, 'write')}. Set TMPDIR to another folder.`,
    );
  }
}

/** False for a pipe, such as `<(…)` in a shell. */
async function isSeekable(file: string): Promise<boolean> {
  const found = await statOf(file, file);
  if (found.isDirectory()) throw new OperatorError(`${file} cannot be read: it is a folder.`);
  return found.isFile();
}

async function inputOf(name: string, path: string, close: () => Promise<void>): Promise<InputFile> {
  const { size, mtimeMs } = await statOf(name, path);
  return {
    name,
    size,
    close,
    open: () => createReadStream(path),
    readError: (error) => readError(name, error),
    async unchanged() {
      const now = await statOf(name, path);
      if (now.size === size && now.mtimeMs === mtimeMs) return;
      throw new OperatorError(`${name} was changed while it was read. Run the command again.`);
    },
  };
}

async function statOf(name: string, path: string) {
  return stat(path).catch((error: unknown) => {
    throw readError(name, error);
  });
}

function readError(name: string, error: unknown): unknown {
  const why = error instanceof OperatorError ? undefined : fileErrorReason(error, 'read');
  return why === undefined ? error : new OperatorError(`${name} cannot be read: ${why}.`);
}
