import { csvHead, csvRow } from '../../../../lambdas/domain/campaign/csv-text.ts';
import type { RowStatus } from '../../../../lambdas/domain/campaign/row.ts';
import type { CampaignSettings } from '../../../../lambdas/domain/campaign/settings.ts';

/** A CSV file of the source `crm`, and how its rows end. */
export interface RowsFile {
  text: string;
  /** Beside the template and the lane. */
  settings?: Pick<CampaignSettings, 'columns'>;
  /** In the order of the file. */
  statuses: RowStatus[];
  /** Rows whose result names a QR code. That of an update names the code that its link has. */
  codes: number;
}

const columns = ['request_id', 'pid', 'c', 'qr'];

/** Of ten rows, the ninth has a fault, and the tenth the key of the eighth. A third asks for a QR code. */
const [faulty, duplicate] = [9, 0];
const rowOf = (row: number) => ({
  kind: row % 10 === faulty ? 'faulty' : row % 10 === duplicate ? 'duplicate' : 'sound',
  qr: row % 3 === 0 ? 'yes' : '',
});
const numbers = (rows: number) => Array.from({ length: rows }, (_, index) => index + 1);

/** @param rows at least 10 */
export function crmRows(rows: number): RowsFile {
  const made = numbers(rows).map((row) => ({ row, ...rowOf(row) }));
  const cells = made.map(({ row, kind, qr }) => {
    const key = kind === 'duplicate' ? row - 2 : row;
    return [`k-${key}`, kind === 'faulty' ? '' : 'email', 'spring', qr];
  });
  return {
    text: textOf(cells),
    statuses: made.map(({ kind }) => (kind === 'sound' ? 'created' : 'rejected')),
    codes: made.filter(({ kind, qr }) => kind === 'sound' && qr !== '').length,
  };
}

/** The same file, corrected: no row has a fault or another row's key any more. Every tenth row has other data. */
export function correctedRows(rows: number): RowsFile {
  const made = numbers(rows).map((row) => ({ row, ...rowOf(row), isChanged: row % 10 === 1 }));
  const cells = made.map(({ row, qr, isChanged }) => [`k-${row}`, 'email', isChanged ? 'summer' : 'spring', qr]);
  return {
    text: textOf(cells),
    statuses: made.map(({ kind, isChanged }) => (kind !== 'sound' ? 'created' : isChanged ? 'updated' : 'unchanged')),
    codes: made.filter(({ qr }) => qr !== '').length,
  };
}

const textOf = (rows: readonly string[][]) => csvHead(columns) + rows.map((cells) => csvRow(cells)).join('');
