import type { FileRow } from './file-rows.ts';
import type { CheckedRow } from './row.ts';
import type { ReadRow, RowReader } from './row-reader.ts';
import { type SeenKeys, withoutDuplicates } from './seen-keys.ts';

/** A row of the check, and where the check continues after it. */
export interface FileCheckRow extends Omit<ReadRow, 'checked'>, Pick<FileRow, 'nextByte' | 'nextLine' | 'header'> {
  checked: CheckedRow;
}

/**
 * Checks the rows of a file, one after the other: each by itself, and against the keys so far.
 *
 * @param afterRow the number of the last row that was checked before; 0 at the start
 * @throws UnreadableFile if the file turns out to be of no use
 */
export async function* checkRows(
  rows: AsyncIterable<FileRow>,
  reader: RowReader,
  seen: SeenKeys,
  afterRow = 0,
): AsyncGenerator<FileCheckRow> {
  let row = afterRow;
  for await (const fileRow of rows) {
    row += 1;
    const read = reader.read(row, fileRow);
    const { nextByte, nextLine, header } = fileRow;
    yield { ...read, checked: withoutDuplicates(read, seen), nextByte, nextLine, header };
  }
}
