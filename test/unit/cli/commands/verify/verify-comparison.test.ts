import { describe, expect, test } from 'vitest';
import { compare } from '../../../../../cli/pipeline/links/comparison.ts';
import { given, givenRecord } from '../../../../world/given-ledger.ts';

const { secret, templates, nowSeconds } = given;
const data = { pid: 'sms', deep_link_value: 'secret-basket' };
const day = 86_400;

/** The API's answer for a link: equal to the record, unless a test changes it. */
const found = (change: { data?: Record<string, unknown>; expiresAt?: number; ttlSeconds?: number } = {}) => ({
  data,
  expiresAt: givenRecord(data).expiresAt,
  ...change,
});
const compared = (record: Parameters<typeof compare>[0], at: Parameters<typeof compare>[1]) =>
  compare(record, at, { secret, templates, nowSeconds });
const equal = { result: 'equal' };
const byClicks = { result: 'renewed-by-clicks' };
const differs = (what: string, words: string) => ({ result: 'different', differences: [{ what, words }] });

describe('a live link', () => {
  const notThroughApi = differs('state', 'was not made through the API');

  test.each<[string, Parameters<typeof compare>[1], object]>([
    ['is equal if data and expiry are equal', found(), equal],
    ['differs if the API has no link', 'absent', differs('state', 'live in the ledger, absent at the API')],
    ['differs if it was not made through the API', 'foreign', notThroughApi],
  ])('%s', (_, at, result) => {
    expect(compared(givenRecord(data), at)).toEqual(result);
  });

  test('is equal in any form in which the API returns the data', () => {
    const record = givenRecord({ pid: 'sms', n: '5', x: '<b>' });
    expect(compared(record, found({ data: { x: '%3cb%3E', n: 5, pid: 'sms' } }))).toEqual(equal);
  });

  test('differs by its data, and shows no value', () => {
    const result = compared(givenRecord(data), found({ data: { ...data, deep_link_value: 'other-basket' } }));
    expect(result).toEqual(differs('data', 'its data differs'));
    expect(JSON.stringify(result)).not.toContain('basket');
  });

  test('whose expiry is being checked is equal, with any life at the API', () => {
    const expiryCheck = { token: 'removal-1', lostAt: nowSeconds + 15 * day };
    const checked = { ...givenRecord(data), renewTtl: false, expiryCheck };
    expect(compared(checked, 'absent')).toEqual(equal);
    const later = found({ expiresAt: checked.expiresAt + day });
    expect(compared({ ...checked, ttlSeconds: 400 * day }, later)).toEqual(byClicks);
    expect(compared(checked, found({ data: { pid: 'x' } }))).toEqual(differs('data', 'its data differs'));
  });

  test.each([
    [true, 5, equal],
    [true, -5, equal],
    [true, 6, byClicks],
    [true, -6, differs('expiry', 'expires 6 s earlier at the API')],
    [true, 10 * day, byClicks],
    [false, 5, equal],
    [false, 6, differs('expiry', 'expires 6 s later at the API')],
    [false, -90_000, differs('expiry', 'expires 1 d 1 h earlier at the API')],
  ])('whose renewal by clicks is %s, and that expires %i s later at the API', (renewTtl, later, result) => {
    const record = givenRecord(data, { renewTtl, expiresAt: nowSeconds + 20 * day });
    expect(compared(record, found({ expiresAt: record.expiresAt + later }))).toEqual(result);
  });

  test.each([
    [60, byClicks],
    [61, differs('ttl', 'lives 1 min 1 s longer at the API than its TTL allows')],
  ])('that expires %i s beyond now and its TTL', (beyond, result) => {
    const record = givenRecord(data, { ttlSeconds: 31 * day, expiresAt: nowSeconds + 20 * day });
    expect(compared(record, found({ expiresAt: nowSeconds + 31 * day + beyond }))).toEqual(result);
  });

  test.each([
    [31 * day, equal],
    [14 * day, differs('ttl', 'has a TTL of 14 d at the API, and of 31 d in the ledger')],
    [86_400 * 31 - 1, differs('ttl', 'has a TTL of 30 d 23 h at the API, and of 31 d in the ledger')],
  ])('whose TTL is %i s in the API’s answer', (ttlSeconds, result) => {
    expect(compared(givenRecord(data, { ttlSeconds: 31 * day }), found({ ttlSeconds }))).toEqual(result);
  });

  test('is reported with all its differences', () => {
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
    ['https://acme.onelink.me/A1b3/l', equal],
    ['https://go.acme.example/A1b3/l', equal],
    ['https://path.acme.example/p/A1b3/l', equal],
    ['https://globex.onelink.me/A1b3/l', wrong],
    ['https://acme.onelink.me.evil.example/A1b3/l', wrong],
    ['', wrong],
  ])('%s', (shortUrl, result) => {
    expect(compared(givenRecord(data, { shortUrl }), found())).toEqual(result);
  });

  test.each(['gone1', 'toString'])('of template %s, which is not configured, may have any domain', (onelinkId) => {
    const record = givenRecord(data, { shortUrl: 'https://old.example/x', address: { onelinkId, shortlinkId: 'l' } });
    expect(compared(record, found())).toEqual(equal);
  });
});

describe('an expired link', () => {
  test.each([
    [-day, equal],
    [60, equal],
    [61, differs('state', 'live in the ledger, absent at the API')],
  ])('whose record ends %i s from now, and which the API does not have', (ends, result) => {
    expect(compared(givenRecord(data, { expiresAt: nowSeconds + ends }), 'absent')).toEqual(result);
  });

  test('that clicks keep alive counts as renewed-by-clicks', () => {
    const record = givenRecord(data, { expiresAt: nowSeconds - day });
    expect(compared(record, found({ expiresAt: nowSeconds + 5 * day }))).toEqual(byClicks);
  });
});

describe('a deleted link', () => {
  const record = givenRecord({}, { state: 'deleted', shortUrl: '' });

  test('is equal if the API has no link, or an expired one', () => {
    expect(compared(record, 'absent')).toEqual(equal);
    expect(compared(record, found({ expiresAt: nowSeconds }))).toEqual(equal);
  });

  test('differs if it is live at the API', () => {
    const words = 'deleted in the ledger, live at the API';
    expect(compared(record, found({ expiresAt: nowSeconds + 1 }))).toEqual(differs('state', words));
    const retired = { ...record, takenOver: true as const, shortUrl: 'https://acme.onelink.me/A1b3/abc' };
    expect(compared(retired, found({ expiresAt: nowSeconds + 1 }))).toEqual(differs('state', words));
  });

  test('is no link of the pipeline’s if a takeover has given it up again', () => {
    const givenUp = { ...record, takenOver: true as const };
    expect(compared(givenUp, found({ expiresAt: nowSeconds + 1 }))).toEqual(equal);
    expect(compared(givenUp, 'foreign')).toEqual(equal);
  });
});
