import type { RowsFile } from './crm-rows.ts';

/** How the rows of a sheet are odd, twenty in turn. Those in `rejected` have no link before they are corrected. */
const kinds = [
  'duplicate',
  'changed',
  'plain',
  'line-break',
  'umlauts',
  'shortened-key',
  'plain',
  'short',
  'formula',
  'no-pid',
  'plain',
  'sheet-error',
  'spaced-key',
  'zeros',
  'sheet-words',
  'refusing-words',
  'open-quote',
  'spaces',
  'no-size',
  'empty-line',
] as const;
type Kind = (typeof kinds)[number];
const rejected: ReadonlySet<Kind> = new Set([
  'duplicate',
  'shortened-key',
  'short',
  'no-pid',
  'sheet-error',
  'open-quote',
  'no-size',
]);

const kindOf = (row: number): Kind => kinds[row % kinds.length] ?? 'plain';
const asksForCode = (row: number) => row % 3 === 0;
const numbers = (rows: number) => Array.from({ length: rows }, (_, index) => index + 1);

/** Blanks and capitals in the names, and a column without one. */
const header = ' Request_ID ;PID; C ;af_sub1;Deep_Link_Value;;QR;qr_size;Notes;metadata.segment';

/**
 * A CSV file as people have it: `sep=;`, a byte-order mark, CRLF, empty lines and an empty column. Cells have line breaks, leading
 * zeros, and what a spreadsheet makes of them. A third of the rows ask for a QR code.
 */
export function oddRows(rows: number): RowsFile {
  const lines = numbers(rows).flatMap((row) => linesOf(row, kindOf(row), 'spring'));
  const made = numbers(rows).filter((row) => !rejected.has(kindOf(row)));
  return {
    settings: { columns: { Notes: '-' } },
    text: textOf(lines),
    statuses: numbers(rows).map((row) => (rejected.has(kindOf(row)) ? 'rejected' : 'created')),
    codes: made.filter(asksForCode).length,
  };
}

/** The same file, corrected by its keys. Every twentieth row has other data. */
export function correctedOddRows(rows: number): RowsFile {
  const lines = numbers(rows).flatMap((row) => {
    const kind = kindOf(row);
    return linesOf(row, rejected.has(kind) ? 'plain' : kind, kind === 'changed' ? 'summer' : 'spring');
  });
  return {
    settings: { columns: { Notes: '-' } },
    text: textOf(lines),
    statuses: numbers(rows).map((row) => {
      const kind = kindOf(row);
      return rejected.has(kind) ? 'created' : kind === 'changed' ? 'updated' : 'unchanged';
    }),
    codes: numbers(rows).filter(asksForCode).length,
  };
}

const textOf = (lines: readonly string[]) => `\ufeffsep=;\r\n${header}\r\n${lines.join('\r\n')}\r\n`;

/** The lines of a row: one, or the row and an empty one. */
function linesOf(row: number, kind: Kind, c: string): string[] {
  const plain = [
    `k-${row}`,
    'email',
    c,
    '00042',
    `shops/${row}`,
    '',
    asksForCode(row) ? 'yes' : '',
    '',
    'a note',
    'vip',
  ];
  const line = (change: Record<number, string> = {}) => plain.map((cell, at) => change[at] ?? cell).join(';');
  switch (kind) {
    case 'duplicate':
      return [line({ 0: `k-${row - 3}` })];
    case 'line-break':
      return [line({ 8: '"a note; on\r\ntwo lines"' })];
    case 'umlauts':
      return [line({ 2: '"Frühling ""Größe"""', 8: 'Straße 1' })];
    case 'shortened-key':
      return [line({ 0: `1,23E+${String(row % 90).padStart(2, '0')}` })];
    case 'short':
      return [plain.slice(0, 5).join(';')];
    case 'formula':
      return [line({ 3: '=1+1', 8: '+49 30 1234' })];
    case 'no-pid':
      return [line({ 1: '' })];
    case 'sheet-error':
      return [line({ 4: '#N/A' })];
    case 'spaced-key':
      return [line({ 0: ` Köln ${row} ` })];
    case 'zeros':
      return [line({ 0: `000${row}`, 3: '0' })];
    case 'sheet-words':
      return [line({ 6: asksForCode(row) ? 'WAHR' : 'FALSCH', 7: '400' })];
    case 'refusing-words':
      return [line({ 6: asksForCode(row) ? ' ja ' : 'nein' })];
    case 'open-quote':
      return [line({ 8: '"a note' })];
    case 'spaces':
      return [line({ 7: ' 300 ', 8: '  ' })];
    case 'no-size':
      return [line({ 6: 'yes', 7: 'big' })];
    case 'empty-line':
      return [line(), '', ';;;;;;;;;'];
    default:
      return [line()];
  }
}
