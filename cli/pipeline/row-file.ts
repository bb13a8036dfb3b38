import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorCode, unwritable } from '../files/file-error.ts';
import { OperatorError } from '../words/operator-error.ts';

/**
 * Writes the rows of a campaign into an NDJSON file that only this user can read, and removes it after the work.
 *
 * @param words what the rows are, and what did not happen if the signal aborts: `The deletes`, `Nothing was deleted.`
 * @throws OperatorError if the signal aborts, or if there is no room
 */
export async function withRowFile<Result>(
  rows: AsyncIterable<object> | Iterable<object>,
  { signal, ...words }: { rows: string; nothing: string; signal: AbortSignal },
  work: (file: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'onelink-'));
  try {
    const file = join(folder, 'rows.ndjson');
    const lines = (async function* () {
      for await (const row of rows) yield `${JSON.stringify(row)}\n`;
    })();
    try {
      await pipeline(Readable.from(lines), createWriteStream(file, { mode: 0o600 }), { signal });
    } catch (error) {
      if (signal.aborted) throw new OperatorError(`Interrupted. ${words.nothing}`);
      if (!/^(ENOSPC|EDQUOT|EROFS)$/.test(errorCode(error) ?? '')) throw error;
      throw new OperatorError(
        `${words.rows} need room in ${tmpdir()}, but ${unwritable(error)}. Set TMPDIR to another folder.`,
      );
    }
    return await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
