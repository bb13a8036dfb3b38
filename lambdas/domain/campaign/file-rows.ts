import type { Fault } from '../contract/fault.ts';

/** Where the reading of a file begins or continues. */
export interface ReadFrom {
  /** The offset in the file, in bytes. */
  byte: number;
  /** The line at that offset: 1 is the file's first. */
  line: number;
  /** The columns so far. NDJSON may add some with each row. */
  header: readonly string[];
  /** `,`, `;` or a tab. NDJSON has none. */
  delimiter?: string | undefined;
}

/** A row of a file, as text. Empty rows are left out. */
export interface FileRow {
  /** The line on which the row starts. */
  line: number;
  /** In the order of `header`. In NDJSON there may be fewer. */
  cells: string[];
  /** Why the row cannot be read as cells. `cells` then holds what can be shown of it. */
  fault?: Fault;
  /** The same array for all rows that have the same columns. */
  header: readonly string[];
  /** The offset after the row, and the line there. */
  nextByte: number;
  nextLine: number;
}

/** An opened file. Its rows can be read once. */
export interface RowFile {
  /** Where its first row begins. The header of an NDJSON file is empty here. */
  from: ReadFrom;
  rows: AsyncGenerator<FileRow>;
}

/** How much is parsed at once. */
export const blockBytes = 65_536;

/**
 * The longest row. A link's data has at most 3,000 characters, so this leaves room for columns that are only carried along.
 * It bounds what an unclosed quotation mark can hold in memory.
 */
export const maxRowBytes = 262_144;

export const rowTooLong: Fault = {
  path: '',
  rule: 'row-length',
  message: `is longer than ${maxRowBytes} bytes`,
};
