import { describe, expect, test } from 'vitest';
import { compare } from '../../../../../cli/commands/verify/comparison.ts';
import { given, givenRecord } from '../../../../world/given-ledger.ts';

const { secret, templates, nowSeconds } = given;
const data = { pid: 'sms', deep_link_value: 'secret-basket' };
const day = 86_400;

/** What the API says of a link: as the record has it, unless changed. */
const found = (change: { data?: Record<string, unknown>; expiresAt?: number; ttlSeconds?: number } = {}) => ({
  data,
  expiresAt: givenRecord(data).expiresAt,
  ...change,
});
const compared = (record: Parameters<typeof compare>[0], at: Parameters<typeof compare>[1]) =>
  compare(record, at, { secret, templates, nowSeconds });
const differs = (what: string, words: string) => ({ result: 'different', differences: [{ what, words }] });

describe('a live link', () => {
  test('is equal when data and expiry are', () => {
    expect(compared(givenRecord(data), found())).toEqual({ result: 'equal' });
  });

  test('is equal whatever form the API gives the data back in', () => {
    const record = givenRecord({ pid: 'sms', n: '5', x: '<b>' });
    expect(compared(record, found({ data: { x: '%3cb%3E', n: 5, pid: 'sms' } }))).toEqual({ result: 'equal' });
  });

  test('differs by its data, without a word of it', () => {
    const result = compared(givenRecord(data), found({ data: { ...data, deep_link_value: 'other-basket' } }));
    expect(result).toEqual(differs('data', 'its data differs'));
    expect(JSON.stringify(result)).not.toContain('basket');
  });

  test('differs when the API has none', () => {
    expect(compared(givenRecord(data), 'absent')).toEqual(differs('state', 'live in the ledger, gone at the API'));
  });

  test('whose expiry is being checked is equal, whatever the check is about to find of its life', () => {
    const expiryCheck = { token: 'removal-1', lostAt: nowSeconds + 15 * day };
    const checked = { ...givenRecord(data), renewTtl: false, expiryCheck };
    expect(compared(checked, 'absent')).toEqual({ result: 'equal' });
    const later = found({ expiresAt: checked.expiresAt + day });
    expect(compared({ ...checked, ttlSeconds: 400 * day }, later)).toEqual({ result: 'renewed-by-clicks' });
    const other = compared(checked, found({ data: { pid: 'other' } }));
    expect(other).toEqual(differs('data', 'its data differs'));
  });

  test('differs when it was made in another way', () => {
    const words = 'was made in another way than through the API';
    expect(compared(givenRecord(data), 'foreign')).toEqual(differs('state', words));
  });

  test.each([
    [5, { result: 'equal' }],
    [-5, { result: 'equal' }],
    [6, { result: 'renewed-by-clicks' }],
    [-6, differs('expiry', 'expires 6 s earlier at the API')],
    [10 * day, { result: 'renewed-by-clicks' }],
  ])('that renews itself and expires %i s later at the API', (later, result) => {
    const record = givenRecord(data, { expiresAt: nowSeconds + 20 * day });
    expect(compared(record, found({ expiresAt: record.expiresAt + later }))).toEqual(result);
  });

  test.each([
    [5, { result: 'equal' }],
    [6, differs('expiry', 'expires 6 s later at the API')],
    [-90_000, differs('expiry', 'expires 1 d 1 h earlier at the API')],
  ])('that does not renew itself and expires %i s later at the API', (later, result) => {
    const record = givenRecord(data, { renewTtl: false, expiresAt: nowSeconds + 20 * day });
    expect(compared(record, found({ expiresAt: record.expiresAt + later }))).toEqual(result);
  });

  test.each([
    [60, { result: 'renewed-by-clicks' }],
    [61, differs('ttl', 'lives 1 min 1 s longer at the API than its TTL allows')],
  ])('that expires %i s beyond now and its TTL', (beyond, result) => {
    const record = givenRecord(data, { ttlSeconds: 31 * day, expiresAt: nowSeconds + 20 * day });
    expect(compared(record, found({ expiresAt: nowSeconds + 31 * day + beyond }))).toEqual(result);
  });

  test.each([
    [31 * day, { result: 'equal' }],
    [14 * day, differs('ttl', 'has a TTL of 14 d at the API, and of 31 d in the ledger')],
    [86_400 * 31 - 1, differs('ttl', 'has a TTL of 30 d 23 h at the API, and of 31 d in the ledger')],
  ])('whose TTL is %i s, as the API tells it', (ttlSeconds, result) => {
    expect(compared(givenRecord(data, { ttlSeconds: 31 * day }), found({ ttlSeconds }))).toEqual(result);
  });

  test('is told with everything that differs', () => {
    const record = givenRecord(data, { shortUrl: 'https://elsewhere.example/A1b3/secret-id' });
    const result = compared(record, found({ data: { pid: 'x' }, expiresAt: record.expiresAt - day }));
    expect(result).toEqual({
      result: 'different',
      differences: [
        { what: 'data', words: 'its data differs' },
        { what: 'expiry', words: 'expires 1 d earlier at the API' },
        { what: 'short-url', words: 'its short URL has none of its template’s domains' },
      ],
    });
  });
});

describe('a short URL', () => {
  const wrong = differs('short-url', 'its short URL has none of its template’s domains');
  test.each([
    ['https://acme.onelink.me/A1b3/l', { result: 'equal' }],
    ['https://go.acme.example/A1b3/l', { result: 'equal' }],
    ['https://path.acme.example/p/A1b3/l', { result: 'equal' }],
    ['https://globex.onelink.me/A1b3/l', wrong],
    ['https://acme.onelink.me.evil.example/A1b3/l', wrong],
    ['', wrong],
  ])('%s', (shortUrl, result) => {
    expect(compared(givenRecord(data, { shortUrl }), found())).toEqual(result);
  });

  test.each(['gone1', 'toString'])('of template %s, which is configured no more, is taken as it is', (onelinkId) => {
    const record = givenRecord(data, { shortUrl: 'https://old.example/x', address: { onelinkId, shortlinkId: 'l' } });
    expect(compared(record, found())).toEqual({ result: 'equal' });
  });
});

describe('an expired link', () => {
  test.each([
    [-day, { result: 'equal' }],
    [60, { result: 'equal' }],
    [61, differs('state', 'live in the ledger, gone at the API')],
  ])('whose record ends %i s from now, and that the API has not', (ends, result) => {
    expect(compared(givenRecord(data, { expiresAt: nowSeconds + ends }), 'absent')).toEqual(result);
  });

  test('that clicks keep alive is renewed by them', () => {
    const record = givenRecord(data, { expiresAt: nowSeconds - day });
    expect(compared(record, found({ expiresAt: nowSeconds + 5 * day }))).toEqual({ result: 'renewed-by-clicks' });
  });
});

describe('a deleted link', () => {
  const record = givenRecord({}, { state: 'deleted', shortUrl: '' });

  test('is equal when the API has none, or one that has expired', () => {
    expect(compared(record, 'absent')).toEqual({ result: 'equal' });
    expect(compared(record, found({ expiresAt: nowSeconds }))).toEqual({ result: 'equal' });
  });

  test('differs when it lives at the API', () => {
    const words = 'deleted in the ledger, live at the API';
    expect(compared(record, found({ expiresAt: nowSeconds + 1 }))).toEqual(differs('state', words));
  });
});
