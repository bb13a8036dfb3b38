import { describe, expect, test } from 'vitest';
import { type CampaignRecord, rowsPerChunk } from '../../../../lambdas/domain/campaign/record.ts';
import type { RowResult } from '../../../../lambdas/domain/campaign/row.ts';
import {
  type FileRun,
  fileFaults,
  openRows,
  statusCounts,
  withRows,
} from '../../../../local/start/report/file-results.ts';

const result = (row: number, change: Partial<RowResult> = {}): RowResult => ({
  row,
  line: row + 1,
  cells: [`cell ${row}`],
  status: 'created',
  onelinkId: 'A1b3',
  shortlinkId: `link${row}`,
  shortUrl: `https://acme.onelink.me/A1b3/link${row}`,
  ...change,
});
const coded = (row: number) => result(row, { qr: 'ready', qrKey: `qr/A1b3/link${row}.png` });
const rejected = (row: number): RowResult => ({
  row,
  line: row + 1,
  cells: [],
  status: 'rejected',
  reason: 'invalid-row',
});

const record = (change: Partial<CampaignRecord> = {}): CampaignRecord => ({
  v: 1,
  source: 'crm',
  name: 'spring',
  drop: 1,
  file: { key: 'inbox/crm/spring.csv', etag: '"1"', bytes: 10, droppedAt: 0 },
  settings: {},
  lane: 'campaign',
  state: 'finished',
  check: { byte: 10, row: 3, line: 4, digestObjects: 0, done: true },
  rows: 3,
  toSend: 2,
  quotaCalls: 2,
  qrCodes: 1,
  chunks: 1,
  sent: 1,
  settled: 1,
  settledBeyond: [],
  tallies: { created: 2, rejected: 1 },
  firstFaults: [],
  faultsByRule: {},
  changedAt: 0,
  revision: rowsPerChunk,
  ...change,
});
const run = (change: Partial<FileRun> = {}): FileRun => ({
  file: { source: 'crm', name: 'spring' },
  record: record(),
  rowsInFile: 3,
  results: [result(1), coded(2), rejected(3)],
  ...change,
});
const texts = new Map([['qr/A1b3/link2.png', 'https://acme.onelink.me/A1b3/link2']]);

test('the rows are counted by status', () => {
  expect(statusCounts([rejected(1), result(2), result(3), result(4, { status: 'not attempted' })])).toEqual([
    ['created', 2],
    ['rejected', 1],
    ['not attempted', 1],
  ]);
});

test('the links and codes of rows are added to those of the messages', () => {
  const sum = { links: new Set(['A1b3/link9', 'A1b3/link3']), qrKeys: new Set(['qr/a.png']), distinctCreates: 5 };
  const results = [coded(1), result(2, { status: 'updated' }), result(3, { status: 'deleted' }), rejected(4)];
  expect(withRows(sum, results)).toEqual({
    links: new Set(['A1b3/link9', 'A1b3/link1', 'A1b3/link2']),
    qrKeys: new Set(['qr/a.png', 'qr/A1b3/link1.png']),
    distinctCreates: 6,
  });
  expect(sum.links.size).toBe(2);
});

describe('rows without a result are open', () => {
  test.each([
    ['none, when the campaign has finished', record(), 0],
    ['none, when it is refused', record({ state: 'refused' }), 0],
    ['all, while it is sent', record({ state: 'sending' }), 3],
    ['all, when nobody has opened the file', undefined, 3],
  ])('%s', (_, read, open) => {
    expect(openRows({ record: read, rowsInFile: 3, results: [] })).toBe(open);
  });
});

describe('the checks', () => {
  test('hold for a campaign whose rows have a result each', () => {
    expect(fileFaults(run(), texts)).toEqual([]);
  });

  test.each<[string, Partial<FileRun>, string[]]>([
    ['a file that nobody opened', { record: undefined, results: [] }, ['nobody has opened the file']],
    ['a campaign that is being sent', { record: record({ state: 'sending' }) }, ['has not ended: it is sending']],
    [
      'a refused file',
      { record: record({ state: 'refused', refusal: { path: '', rule: 'encoding', message: 'it is UTF-16' } }) },
      ['crm/spring is refused: it is UTF-16'],
    ],
    [
      'a file whose rows are all rejected',
      {
        record: record({
          tallies: { rejected: 3 },
          firstFaults: [{ line: 2, path: 'pid', rule: 'required', message: 'is mandatory' }],
        }),
        results: [rejected(1), rejected(2), rejected(3)],
      },
      ['crm/spring: all rows are rejected, beginning with line 2: pid: is mandatory'],
    ],
    ['a row without a result', { rowsInFile: 4 }, ['3 results for 4 rows of the file']],
    ['a row with two results', { results: [result(1), coded(2), rejected(2)] }, ['1 rows have two results']],
    [
      'a record that counts otherwise',
      { record: record({ tallies: { created: 1, rejected: 2 } }) },
      ['the record and the results differ in the rows that are created, rejected'],
    ],
    [
      'a row that was not attempted',
      {
        record: record({ tallies: { created: 2 } }),
        results: [result(1), coded(2), result(3, { status: 'not attempted' })],
      },
      ['1 rows are not attempted'],
    ],
    [
      'a row without an answer',
      {
        record: record({ tallies: { created: 2, failed: 1 } }),
        results: [result(1), coded(2), result(3, { status: 'failed', reason: 'unanswered' })],
      },
      ['1 rows have no answer'],
    ],
    [
      'a code that says another link',
      { results: [result(1), { ...coded(2), shortUrl: 'https://other' }, rejected(3)] },
      ['1 codes do not'],
    ],
    ['a code without an image', { results: [coded(1), coded(2), rejected(3)] }, ['1 codes do not say their row']],
  ])('find %s', (_, change, words) => {
    const faults = fileFaults(run(change), texts);
    expect(faults).toHaveLength(words.length);
    for (const [index, word] of words.entries()) expect(faults[index]).toContain(word);
  });
});
