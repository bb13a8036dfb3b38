import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../words/operator-error.ts';
import { errorCode, fileErrorReason } from './file-error.ts';
import { type FileMessage, messagesIn } from './message-file.ts';

/** A file of messages, which can be read more than once and need not fit into memory. */
export interface MessageSource {
  /** The name that the operator gave. */
  readonly name: string;
  /** @throws OperatorError if the file cannot be read, or has changed since it was opened */
  messages(): AsyncGenerator<FileMessage>;
  /** Removes the temporary copy, if there is one. */
  close(): Promise<void>;
}

/**
 * Opens a file, or standard input with `-`. If the input cannot be read twice, it is copied to a temporary file first.
 *
 * @throws OperatorError if the file does not exist, or if the signal aborts
 */
export async function openMessages(file: string, signal?: AbortSignal): Promise<MessageSource> {
  const name = file === '-' ? 'Standard input' : file;
  if (file !== '-' && (await isSeekable(file))) return sourceOf(file, file, async () => {});
  // Only the owner can read this folder.
  const folder = await mkdtemp(join(tmpdir(), 'onelink-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, 'copy');
    const input = file === '-' ? process.stdin : createReadStream(file);
    await pipeline(input, createWriteStream(copy, { mode: 0o600 }), { ...(signal && { signal }) });
    return await sourceOf(name, copy, close);
  } catch (error) {
    await close();
    if (signal?.aborted) throw new OperatorError('Interrupted while the commands were read.');
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

async function sourceOf(name: string, path: string, close: () => Promise<void>): Promise<MessageSource> {
  const opened = await stateOf(name, path);
  return {
    name,
    close,
    async *messages() {
      const changed = () => new OperatorError(`${name} was changed while it was read. Run the command again.`);
      if ((await stateOf(name, path)) !== opened) throw changed();
      try {
        yield* messagesIn(createReadStream(path));
      } catch (error) {
        throw readError(name, error);
      }
      if ((await stateOf(name, path)) !== opened) throw changed();
    },
  };
}

async function stateOf(name: string, path: string): Promise<string> {
  const { size, mtimeMs } = await statOf(name, path);
  return `${size} ${mtimeMs}`;
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
