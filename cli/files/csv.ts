/** A cell that a spreadsheet would take for a formula, full-width signs and blanks in front included. */
const looksLikeFormula = /^[\s\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** By it a spreadsheet knows that a file is UTF-8. */
const byteOrderMark = '\ufeff';

export type Cell = string | number | boolean | undefined;

/** The first row of a file. */
export function csvHead(columns: readonly string[]): string {
  return `${byteOrderMark}${csvRow(columns)}`;
}

/**
 * A row of CSV (RFC 4180: CRLF, quotes doubled), safe to open in a spreadsheet: text that would start a formula gets an
 * apostrophe in front, for producers' values are not to be trusted.
 */
export function csvRow(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

function field(value: Cell): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const safe = looksLikeFormula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
