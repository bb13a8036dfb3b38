import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowCounts } from '../../../../../lambdas/domain/campaign/record.ts';
import { countRow, noCounts } from '../../../../../lambdas/domain/campaign/report.ts';
import { type CheckedRow, rowStatuses } from '../../../../../lambdas/domain/campaign/row.ts';
import { checkedIn } from './given-rows.ts';

async function countsOf(text: string) {
  const counts = noCounts();
  for (const { checked, warnings } of await checkedIn(text)) countRow(counts, checked, warnings);
  return counts;
}

describe('the counts of a check', () => {
  test('have each row once, the calls it costs, and the first faults', async () => {
    const file = [
      'request_id,action,custom_link_id,qr,pid,c',
      '1,,,yes,sms,a',
      '2,,promo,,sms,b',
      '3,delete,old,,,',
      '4,qr,old,,,',
      '5,,,,, bad',
      '1,,,,sms,a',
    ].join('\n');

    expect(await countsOf(file)).toEqual({
      rows: 6,
      toSend: 4,
      quotaCalls: 3,
      qrCodes: 2,
      firstWarnings: [],
      lookups: 1,
      unchanged: 0,
      rejected: 2,
      actions: { create: 2, delete: 1, qr: 1 },
      faultsByRule: { required: 1, format: 1, duplicate: 1 },
      firstFaults: [
        { line: 6, path: 'pid', rule: 'required', message: 'the media source is mandatory' },
        { line: 6, path: 'c', rule: 'format', message: 'must not start or end with white space' },
        { line: 7, path: '', rule: 'duplicate', message: expect.stringContaining('line 2') },
      ].sort((one, other) => one.line - other.line || (one.path === 'c' ? -1 : 1)),
      warningsByRule: {},
    });
  });

  test('name at most 20 faults and 50 rules, and count the others', () => {
    const counts = noCounts();
    for (let line = 2; line < 102; line += 1) {
      countRow(counts, {
        row: line,
        line,
        cells: [],
        check: 'rejected',
        faults: [{ path: '', rule: `rule-${line}`, message: 'x' }],
      });
    }
    expect(counts.firstFaults).toHaveLength(20);
    expect(Object.keys(counts.faultsByRule)).toHaveLength(51);
    expect(counts.faultsByRule.other).toBe(50);
  });

  test('count a warning once a row', () => {
    const counts = noCounts();
    const row: CheckedRow = {
      row: 1,
      line: 2,
      cells: [],
      check: 'send',
      requestId: 'a',
      command: { action: 'create' },
    };
    const warning = { path: 'a', rule: 'policy', message: 'x' };
    countRow(counts, row, [warning, { ...warning, path: 'b' }]);
    expect(counts.warningsByRule).toEqual({ policy: 1 });
    expect(counts.firstWarnings).toEqual([
      { line: 2, ...warning },
      { line: 2, ...warning, path: 'b' },
    ]);
    for (let line = 3; line < 50; line++)
      countRow(counts, { ...row, line }, [{ ...warning, path: `c${line}` }, warning]);
    expect(counts.firstWarnings).toHaveLength(5);
  });
});

describe('the rows of a campaign by status', () => {
  const found = { lookups: 0, rejected: 30, unchanged: 20, actions: {}, warningsByRule: {} };

  test('have those that are not sent since the check', () => {
    expect(rowCounts({ rows: 100, tallies: {}, found })).toEqual({ rejected: 30, unchanged: 20, 'not attempted': 50 });
  });

  test('count no row twice when its chunk is settled', () => {
    const tallies = { created: 10, rejected: 14, unchanged: 5 };
    expect(rowCounts({ rows: 100, tallies, found, rejectedSettled: 12 })).toEqual({
      created: 10,
      rejected: 32,
      unchanged: 20,
      'not attempted': 38,
    });
  });

  test('are those of the settled chunks alone, if an earlier release has settled some', () => {
    const tallies = { created: 10, rejected: 14 };
    expect(rowCounts({ rows: 100, tallies, found })).toEqual({ ...tallies, 'not attempted': 76 });
  });
});

test('the statuses of a campaign add up to its rows at any time', () => {
  const tallies = fc.dictionary(fc.constantFrom(...rowStatuses.slice(0, -1)), fc.nat({ max: 1_000 }));
  fc.assert(
    fc.property(tallies, fc.nat({ max: 1_000 }), (settled, open) => {
      const rows = Object.values(settled).reduce((sum, count) => sum + count, 0) + open;
      const counts = rowCounts({ rows, tallies: settled });
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(rows);
      expect(counts['not attempted']).toBe(open);
    }),
  );
});
