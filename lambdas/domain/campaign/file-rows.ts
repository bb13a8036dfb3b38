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

/** An opened file. `rows` can be read once. */
export interface RowFile {
  /** Where its first row begins. The header of an NDJSON file may be empty here. */
  from: ReadFrom;
  rows: AsyncGenerator<FileRow>;
}

export type RowFormat = 'csv' | 'ndjson';

/**
 * Opens a file whose bytes begin at its start.
 *
 * @throws UnreadableFile if it cannot be used
 */
export declare function openRows(format: RowFormat, chunks: AsyncIterable<Uint8Array>): Promise<RowFile>;

/**
 * Continues a file whose bytes begin at `from.byte`, the `nextByte` of a row.
 *
 * @throws UnreadableFile while it is read, if the rest cannot be used
 */
export declare function rowsFrom(
  format: RowFormat,
  chunks: AsyncIterable<Uint8Array>,
  from: ReadFrom,
): AsyncGenerator<FileRow>;

/** The format of a file, by the ending of its name without `.gz`. */
export declare function rowFormat(fileName: string): RowFormat | undefined;
