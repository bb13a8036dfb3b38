/**
 * A cell that a spreadsheet would treat as a formula, even with full-width signs or leading blanks. Apostrophes before it count
 * too, so that each written cell loses exactly one when it is read.
 */
const looksLikeFormula = /^'*(?:[\s\p{Cf}]*[=+\-@＝＋－＠]|[\t\r\n])/u;

/** It marks the file as UTF-8 for spreadsheets. */
const byteOrderMark = '\ufeff';

export type Cell = string | number | boolean | undefined;

/** The first row of a file. */
export function csvHead(columns: readonly string[], delimiter?: string): string {
  return `${byteOrderMark}${csvRow(columns, delimiter)}`;
}

/**
 * A row of CSV (RFC 4180: CRLF, doubled quotes) that is safe to open in a spreadsheet. Producers' values are untrusted, so
 * text that would start a formula gets an apostrophe in front.
 */
export function csvRow(cells: readonly Cell[], delimiter = ','): string {
  return `${cells.map((cell) => field(cell, delimiter)).join(delimiter)}\r\n`;
}

function field(value: Cell, delimiter: string): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const safe = looksLikeFormula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe.includes(delimiter) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The cell that `csvRow` has written: without the apostrophe that keeps a spreadsheet from reading a formula. */
export function withoutGuard(cell: string): string {
  return cell.startsWith("'") && looksLikeFormula.test(cell.slice(1)) ? cell.slice(1) : cell;
}
