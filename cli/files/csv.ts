/** A cell that a spreadsheet would treat as a formula, even with full-width signs or leading blanks. */
const looksLikeFormula = /^[\s\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** It marks the file as UTF-8 for spreadsheets. */
const byteOrderMark = '\ufeff';

export type Cell = string | number | boolean | undefined;

/** The first row of a file. */
export function csvHead(columns: readonly string[]): string {
  return `${byteOrderMark}${csvRow(columns)}`;
}

/**
 * A row of CSV (RFC 4180: CRLF, doubled quotes) that is safe to open in a spreadsheet. Producers' values are untrusted, so
 * text that would start a formula gets an apostrophe in front.
 */
export function csvRow(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

function field(value: Cell): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const safe = looksLikeFormula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
