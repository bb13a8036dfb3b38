import { describe, expect, test } from 'vitest';
import {
  rejectedHead,
  rejectedLine,
  resultHead,
  resultLine,
} from '../../../../../lambdas/domain/campaign/result-files.ts';
import { isSettled, type KnownOfRow, rowResult, statusOf } from '../../../../../lambdas/domain/campaign/results.ts';
import type { CheckedRow, RowResult } from '../../../../../lambdas/domain/campaign/row.ts';
import { type Outcome, type OutcomeKind, outcomeKinds } from '../../../../../lambdas/domain/contract/outcome.ts';
import { givenRecord, givenRequest } from '../../../../world/given-ledger.ts';
import { givenOutcome } from '../../../../world/given-outcome.ts';
import { checkedIn } from './given-rows.ts';

const link = {
  onelinkId: 'A1b3',
  shortlinkId: 'secret-id',
  shortUrl: 'https://acme.onelink.me/A1b3/secret-id',
  expiresAt: '2026-04-09T12:00:00Z',
  version: 1,
};
const answered = (outcome: OutcomeKind, change: Partial<Outcome> = {}) =>
  givenRequest('digest', { ...givenOutcome(), outcome, link, ...change });
const row: CheckedRow = {
  row: 1,
  line: 2,
  cells: ['1', 'sms'],
  key: '1',
  check: 'send',
  requestId: 'spring/1',
  command: { action: 'create' },
};
const withCode: CheckedRow = { ...row, command: { action: 'create', qr: {} } };
const resultOf = (known: KnownOfRow, of: CheckedRow = row) => rowResult(of, { commandDigest: 'digest', ...known });

describe('the status of a row', () => {
  test('comes from the outcome', () => {
    expect(Object.fromEntries(outcomeKinds.map((kind) => [kind, statusOf(kind)]))).toEqual({
      created: 'created',
      updated: 'updated',
      adopted: 'adopted',
      migrated: 'migrated',
      found: undefined,
      'not-found': undefined,
      'qr-ready': 'updated',
      deleted: 'deleted',
      conflict: 'rejected',
      rejected: 'rejected',
      stale: 'failed',
      superseded: 'failed',
      'qr-failed': 'failed',
      parked: undefined,
      expired: undefined,
      renewed: undefined,
      'expiring-soon': undefined,
      'campaign-finished': undefined,
    });
  });

  test('is created, with the link as its record shows it now', () => {
    expect(
      resultOf({
        request: answered('created'),
        link: givenRecord({}, { expiresAt: Date.parse('2026-05-01T00:00:00Z') / 1000 }),
      }),
    ).toEqual({
      row: 1,
      line: 2,
      cells: ['1', 'sms'],
      key: '1',
      requestId: 'spring/1',
      status: 'created',
      onelinkId: 'A1b3',
      shortlinkId: 'secret-id',
      shortUrl: 'https://acme.onelink.me/A1b3/secret-id',
      expiresAt: '2026-05-01T00:00:00Z',
    });
    expect(resultOf({ request: answered('created') })).toMatchObject({
      shortUrl: link.shortUrl,
      expiresAt: link.expiresAt,
    });
  });

  test.each<[RowResult['status'], string | undefined, KnownOfRow]>([
    ['not attempted', undefined, {}],
    ['not attempted', undefined, { request: answered('parked') }],
    ['failed', 'unanswered', { unanswered: true }],
    ['failed', 'stale-reason', { request: answered('stale', { reason: 'stale-reason' }) }],
    ['rejected', 'id-taken', { request: answered('conflict', { reason: 'id-taken' }) }],
    ['rejected', 'request-id-reused', { request: answered('created'), commandDigest: 'another' }],
    ['created', undefined, { request: answered('created'), unanswered: true }],
  ])('is %s (%s)', (status, reason, known) => {
    const result = resultOf(known);
    expect([result.status, result.reason]).toEqual([status, reason]);
  });

  test('is unchanged, with its link', () => {
    const unchanged: CheckedRow = {
      row: 1,
      line: 2,
      cells: [],
      check: 'unchanged',
      requestId: 'spring/1',
      link: { onelinkId: 'A1b3', shortlinkId: 'secret-id' },
    };
    expect(rowResult(unchanged, { link: givenRecord({}, { qrKey: 'a.png' }) })).toMatchObject({
      status: 'unchanged',
      shortUrl: link.shortUrl,
      qrKey: 'a.png',
    });
  });

  test.each([
    ['invalid-row', 'format'],
    ['duplicate', 'duplicate'],
    ['link-ended', 'link-ended'],
  ])('is rejected as %s by the check', (reason, rule) => {
    const rejected: CheckedRow = {
      row: 1,
      line: 2,
      cells: [],
      check: 'rejected',
      faults: [{ path: 'c', rule, message: 'is bad' }],
    };
    expect(rowResult(rejected)).toEqual({
      row: 1,
      line: 2,
      cells: [],
      status: 'rejected',
      reason,
      faults: rejected.faults,
    });
  });
});

describe('a row that asks for a code', () => {
  test.each<[string, RowResult['qr'], KnownOfRow]>([
    ['waits for it', 'pending', { request: answered('created') }],
    [
      'has it when the link’s record names it',
      'ready',
      { request: answered('created'), link: givenRecord({}, { qrKey: 'a.png' }) },
    ],
    ['has none if there is no link', undefined, { request: answered('conflict') }],
    ['has none yet before its answer', undefined, {}],
  ])('%s', (_, qr, known) => {
    expect(resultOf(known, withCode).qr).toBe(qr);
  });

  test.each<[string, string, KnownOfRow]>([
    ['has taken too long', 'code-overdue', { qrOverdue: true }],
    [
      'was refused by the API',
      'code-refused-by-api',
      { link: givenRecord({}, { qrFailure: { requestId: 'spring/1', reason: 'refused-by-api' } }) },
    ],
    ['has lost its link', 'code-link-deleted', { link: givenRecord({}, { state: 'deleted' }) }],
  ])('has none if it %s, and is settled with the reason', (_, reason, known) => {
    const result = resultOf({ request: answered('created'), ...known }, withCode);
    expect(result).toMatchObject({ status: 'created', qr: 'failed', reason });
    expect(isSettled(result)).toBe(true);
  });

  test('waits for it if the code of another request has failed', () => {
    const qrFailure = { requestId: 'code-7', reason: 'refused-by-api' } as const;
    const known = { request: answered('created'), link: givenRecord({}, { qrFailure }) };
    expect(resultOf(known, withCode).qr).toBe('pending');
  });

  test('alone has the result of its outcome', () => {
    const alone: CheckedRow = { ...row, command: { action: 'qr' } };
    const image = { bucket: 'b', key: 'a.png', format: 'png' as const, bytes: 1 };
    expect(resultOf({ request: answered('qr-ready', { qr: image }) }, alone)).toMatchObject({
      status: 'updated',
      qr: 'ready',
      qrKey: 'a.png',
    });
    expect(resultOf({ request: answered('qr-failed') }, alone)).toMatchObject({ status: 'failed', qr: 'failed' });
  });

  test('alone shows its link by the record, because its outcome has no short URL', () => {
    const { shortUrl: _, expiresAt: __, ...named } = link;
    const request = answered('qr-ready', { link: named as typeof link });
    expect(resultOf({ request, link: givenRecord() }, { ...row, command: { action: 'qr' } })).toMatchObject({
      shortUrl: link.shortUrl,
      expiresAt: expect.any(String),
    });
  });

  test('is settled with its answer and its image', () => {
    expect(isSettled(resultOf({ request: answered('created') }))).toBe(true);
    expect(isSettled(resultOf({}))).toBe(false);
    expect(isSettled(resultOf({ request: answered('created') }, withCode))).toBe(false);
    expect(isSettled(resultOf({ request: answered('created'), qrOverdue: true }, withCode))).toBe(true);
  });
});

describe('a row that changes its link', () => {
  const update: CheckedRow = { ...row, command: { action: 'update' } };
  const asking: CheckedRow = { ...update, wantsCode: true };
  const imaged = givenRecord({}, { qrKey: 'a.png' });

  test.each<[string, CheckedRow, KnownOfRow, Partial<RowResult>]>([
    ['shows the image of its link', update, { link: imaged }, { qrKey: 'a.png' }],
    ['has its code if its link has an image', asking, { link: imaged }, { qr: 'ready', qrKey: 'a.png' }],
    [
      'needs another drop if its link has none',
      asking,
      { link: givenRecord() },
      { qr: 'failed', reason: 'code-needs-another-drop' },
    ],
    ['asks for none', update, { link: givenRecord() }, {}],
  ])('%s', (_, of, known, expected) => {
    const result = resultOf({ request: answered('updated'), ...known }, of);
    const { status, reason, qr, qrKey } = result;
    expect({ status, reason, qr, qrKey }).toEqual({ status: 'updated', ...expected });
    expect(isSettled(result)).toBe(true);
  });

  test('keeps the reason of its outcome if it has failed', () => {
    const request = answered('stale', { reason: 'stale-reason' });
    expect(resultOf({ request, link: givenRecord() }, asking)).toMatchObject({
      status: 'failed',
      reason: 'stale-reason',
      qr: 'failed',
    });
    expect(resultOf({ request: answered('rejected') }, asking).qr).toBeUndefined();
  });
});

describe('the results file', () => {
  const result: RowResult = {
    row: 1,
    line: 2,
    cells: ['=Ann', 'x;y'],
    requestId: 'spring/1',
    status: 'rejected',
    reason: 'invalid-row',
    faults: [
      { path: 'c', rule: 'a', message: 'is bad' },
      { path: '', rule: 'b', message: 'has 2 cells' },
    ],
  };

  test('repeats the input’s columns and adds ours, safe for a spreadsheet', () => {
    expect(resultHead(['name', 'c'])).toBe(
      '\ufeffname,c,status,reason,faults,short_url,shortlink_id,expires_at,qr_file,request_id\r\n',
    );
    expect(resultLine(['name', 'c'], result)).toBe(
      "'=Ann,x;y,rejected,invalid-row,c: is bad; has 2 cells,,,,,spring/1\r\n",
    );
    expect(resultLine(['name', 'c'], result, ';')).toBe(
      `'=Ann;"x;y";rejected;invalid-row;"c: is bad; has 2 cells";;;;;spring/1\r\n`,
    );
  });

  test('renames ours where the input has such a column', () => {
    expect(resultHead(['request_id', 'Status'], ';')).toBe(
      '\ufeffrequest_id;Status;result_status;reason;faults;short_url;shortlink_id;expires_at;qr_file;result_request_id\r\n',
    );
  });

  test('keeps the columns in place for a row with too few or too many cells', () => {
    expect(resultLine(['a', 'b'], { ...result, cells: ['1'], faults: [] })).toMatch(/^1,,rejected/);
    expect(resultLine(['a', 'b'], { ...result, cells: ['1', '2', '3'], faults: [] })).toMatch(/^1,2 3,rejected/);
  });

  test('dropped again does not repeat its own columns', () => {
    const again = [
      'name',
      'status',
      'reason',
      'faults',
      'short_url',
      'shortlink_id',
      'expires_at',
      'qr_file',
      'request_id',
    ];
    expect(resultHead(again)).toBe(resultHead(['name']));
  });
});

describe('the file of rejected rows', () => {
  test('can be corrected, and dropped again as it is', async () => {
    const header = ['request_id', 'pid', 'c', 'af_sub1'];
    const rows = await checkedIn(`${header.join(';')}\n1;sms; bad;=x\n2;sms;fine;\n3;;+z;"a\n;b"\n`);
    const rejected = rows.flatMap(({ checked }) => (checked.check === 'rejected' ? [checked] : []));
    const file = rejectedHead(header, ';') + rejected.map((one) => rejectedLine(header, one, ';')).join('');

    expect(file.split('\r\n')[1]).toBe("1;sms; bad;'=x;2;c: must not start or end with white space");
    const corrected = await checkedIn(file.replace(' bad', 'good').replace('3;;', '3;sms;'));
    expect(corrected.map(({ checked }) => checked)).toMatchObject([
      { check: 'send', requestId: 'spring/1', command: { data: { pid: 'sms', c: 'good', af_sub1: '=x' } } },
      { check: 'send', requestId: 'spring/3', command: { data: { pid: 'sms', c: '+z', af_sub1: 'a\n;b' } } },
    ]);
    // Dropped without a correction, it has the same faults again, and the same columns.
    expect(
      (await checkedIn(file)).every(({ checked }) => checked.check === 'rejected' && checked.cells.length === 4),
    ).toBe(true);
  });
});
