import type { FileRow, ReadFrom } from '../../../../../lambdas/domain/campaign/file-rows.ts';
import { openRows, type RowFormat, rowsFrom } from '../../../../../lambdas/domain/campaign/open-rows.ts';

export async function* chunked(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The rows of a file that is given in chunks of this size. */
export async function rowsOf(format: RowFormat, bytes: Uint8Array, size = 65_536) {
  const { from, rows } = await openRows(format, chunked(bytes, size));
  return { from, rows: await collect(rows) };
}

/** The rows of the file from there on. */
export const restOf = (format: RowFormat, bytes: Uint8Array, from: ReadFrom, size = 65_536) =>
  collect(rowsFrom(format, chunked(bytes.subarray(from.byte), size), from));

async function collect(rows: AsyncIterable<FileRow>): Promise<FileRow[]> {
  const all: FileRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
