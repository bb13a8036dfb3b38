import { csvRows, openCsv } from './csv-rows.ts';
import type { FileRow, ReadFrom, RowFile } from './file-rows.ts';
import { ndjsonRows, openNdjson } from './ndjson-rows.ts';

export type RowFormat = 'csv' | 'ndjson';

/** The format of a file, by the ending of its name; undefined for any other ending than `.csv`, `.ndjson`, and these with `.gz`. */
export function rowFormat(fileName: string): RowFormat | undefined {
  const [, ending] = /\.(csv|ndjson)(?:\.gz)?$/.exec(fileName.toLowerCase()) ?? [];
  return ending === 'csv' || ending === 'ndjson' ? ending : undefined;
}

/**
 * Opens a file. Its bytes are given from its start.
 *
 * @throws UnreadableFile if it cannot be used. Its rows may throw it too
 */
export function openRows(format: RowFormat, chunks: AsyncIterable<Uint8Array>): Promise<RowFile> {
  return format === 'csv' ? openCsv(chunks) : openNdjson(chunks);
}

/** Continues a file whose bytes are given from `from.byte`: the start of a row. */
export function rowsFrom(
  format: RowFormat,
  chunks: AsyncIterable<Uint8Array>,
  from: ReadFrom,
): AsyncGenerator<FileRow> {
  return format === 'csv' ? csvRows(chunks, from) : ndjsonRows(chunks, from);
}
