import type { Fault } from '../contract/fault.ts';
import { addedCount, addedNames, rejectedColumns, resultColumns } from './added-columns.ts';
import { csvHead, csvRow } from './csv-text.ts';
import type { CheckedRow, RowResult } from './row.ts';

/*
 * The files that people get back. They repeat the input's own columns, in its order and with its delimiter. Cells that a
 * spreadsheet would read as formulas get an apostrophe in front. A file that is dropped again loses these apostrophes and the
 * added columns.
 */

const ownColumns = (header: readonly string[]) => header.slice(0, header.length - addedCount(header));

/** The first line of a results file. `status` and the others are called `result_status` and so on if the input has such a column. */
export function resultHead(header: readonly string[], delimiter?: string): string {
  const own = ownColumns(header);
  return csvHead([...own, ...addedNames(own, resultColumns)], delimiter);
}

export function resultLine(header: readonly string[], result: RowResult, delimiter?: string): string {
  const { cells, status, reason, faults, shortUrl, shortlinkId, expiresAt, qrKey, requestId } = result;
  const added = [status, reason, faultWords(faults), shortUrl, shortlinkId, expiresAt, qrKey, requestId];
  return csvRow([...padded(cells, header), ...added], delimiter);
}

/** The first line of a file of rejected rows: the input's own columns, and why each row was rejected. */
export function rejectedHead(header: readonly string[], delimiter?: string): string {
  const own = ownColumns(header);
  return csvHead([...own, ...addedNames(own, rejectedColumns)], delimiter);
}

export function rejectedLine(
  header: readonly string[],
  { line, cells, faults }: Pick<Extract<CheckedRow, { check: 'rejected' }>, 'line' | 'cells' | 'faults'>,
  delimiter?: string,
): string {
  return csvRow([...padded(cells, header), line, faultWords(faults)], delimiter);
}

/** A row with too few cells is filled up. The further cells of a row with too many are joined to its last one. */
function padded(cells: readonly string[], header: readonly string[]): string[] {
  const { length } = ownColumns(header);
  if (cells.length > length) return [...cells.slice(0, length - 1), cells.slice(length - 1).join(' ')];
  return [...cells, ...Array.from({ length: length - cells.length }, () => '')];
}

/** `af_r: must be an absolute https:// URL…; c: …` */
function faultWords(faults: readonly Fault[] | undefined): string | undefined {
  return faults?.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}
