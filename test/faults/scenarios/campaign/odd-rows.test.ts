import { describe, expect, it } from 'vitest';
import { checkedIn } from '../../../unit/lambdas/domain/campaign/given-rows.ts';
import type { RowsFile } from './crm-rows.ts';
import { correctedOddRows, oddRows } from './odd-rows.ts';

const rowsOf = async ({ text, settings }: RowsFile) => (await checkedIn(text, settings)).map(({ checked }) => checked);

describe('a file as people have it', () => {
  it('has the rows that the check accepts and rejects, as it claims', async () => {
    const file = oddRows(60);
    const checked = await rowsOf(file);
    expect(checked.map(({ check }) => (check === 'send' ? 'created' : check))).toEqual(file.statuses);
    expect(checked.filter((row) => row.check === 'send' && row.command.qr !== undefined)).toHaveLength(file.codes);
    const rules = new Set(
      checked.flatMap((row) => (row.check === 'rejected' ? row.faults.map(({ rule }) => rule) : [])),
    );
    expect([...rules].sort()).toEqual([
      'cells',
      'duplicate',
      'quotes',
      'required',
      'shortened-number',
      'spreadsheet-error',
      'type',
    ]);
  });

  it('has no fault when it is corrected, and keeps its keys', async () => {
    const [first, corrected] = await Promise.all([rowsOf(oddRows(60)), rowsOf(correctedOddRows(60))]);
    expect(corrected.filter(({ check }) => check === 'rejected')).toEqual([]);
    const keys = (rows: typeof first) => new Map(rows.map(({ row, key }) => [row, key]));
    for (const { row, key, check } of first) if (check === 'send') expect(keys(corrected).get(row)).toBe(key);
  });
});
