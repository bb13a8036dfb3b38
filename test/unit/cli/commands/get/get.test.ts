import { describe, expect, test } from 'vitest';
import { linkAddressOf } from '../../../../../cli/pipeline/link-address.ts';
import { columnsOf, facetsOf } from '../../../../../cli/pipeline/links/side-by-side.ts';
import { given, givenRecord } from '../../../../world/given-ledger.ts';

describe('a link is named', () => {
  const templates = { A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] } };
  const address = { onelinkId: 'A1b3', shortlinkId: 'xY_9-z' };
  test.each(['https://acme.onelink.me/A1b3/xY_9-z', 'https://go.acme.example/path/A1b3/xY_9-z?utm=1', 'A1b3/xY_9-z'])(
    'by %s',
    (text) => expect(linkAddressOf(text, templates)).toEqual(address),
  );

  test.each(['A1b3', 'https://acme.onelink.me/', 'a/b/c', 'A1b3/secret id'])('not by %s', (text) => {
    expect(() => linkAddressOf(text, templates)).toThrow('That is not a link');
    expect(() => linkAddressOf(text, templates)).not.toThrow('secret');
  });

  test.each([
    'https://evil.example/A1b3/secret',
    'https://acme.onelink.me.evil.example/A1b3/secret',
    'https://acme.onelink.me@evil.example/A1b3/secret',
    'https://globex.onelink.me/A1b3/secret',
  ])('not by a domain that its template does not have: %s', (text) => {
    expect(() => linkAddressOf(text, templates)).toThrow(
      / is not a domain of the template A1b3\. In the configuration it has acme\.onelink/,
    );
    expect(() => linkAddressOf(text, templates)).not.toThrow('secret');
  });

  test('not by the short URL of a template that is not configured', () => {
    expect(() => linkAddressOf('https://acme.onelink.me/Zz99/secret', templates)).toThrow(
      'The configuration has no template Zz99. It has A1b3.',
    );
  });
});

describe('side by side', () => {
  const data = { pid: 'sms', utm_mobile: 'secret-phone' };
  const atApi = { data, expiresAt: given.nowSeconds + 86_400 };

  test('shows no value of a parameter unless the operator asks for it', () => {
    const record = givenRecord(data, { data, campaign: 'secret-campaign' });
    const facets = facetsOf(record, atApi, { showData: false, nowSeconds: given.nowSeconds });
    expect(JSON.stringify(facets)).not.toMatch(/secret-(phone|campaign)/);
    expect(facets).toContainEqual({ what: 'data', ledger: '2 parameters', api: '2 parameters' });
    expect(facets).toContainEqual({ what: 'expires', ledger: '2026-04-09T12:00:00Z', api: '2026-03-11T12:00:00Z' });
  });

  test('shows the values of both sides with --show-data', () => {
    const facets = facetsOf(givenRecord(data), atApi, { showData: true, nowSeconds: given.nowSeconds });
    expect(facets).toContainEqual({ what: 'data.utm_mobile', ledger: undefined, api: 'secret-phone' });
  });

  test('shows why a link has no QR code', () => {
    const record = givenRecord(data, { qrFailure: { requestId: 'r-1', reason: 'refused-by-api' } });
    const facets = facetsOf(record, atApi, { showData: false, nowSeconds: given.nowSeconds });
    expect(facets).toContainEqual({ what: 'QR code', ledger: 'none: refused-by-api, r-1', api: undefined });
  });

  test('shows on which side a link is missing or has ended', () => {
    const past = givenRecord(data, { expiresAt: given.nowSeconds - 1 });
    const words = (...sides: Parameters<typeof facetsOf> extends [infer A, infer B, unknown] ? [A, B] : never) =>
      columnsOf(facetsOf(sides[0], sides[1], { showData: false, nowSeconds: given.nowSeconds }))[1];
    expect(words(undefined, atApi)).toMatch(/^state +no record +live$/);
    expect(words(past, 'absent')).toMatch(/^state +expired, unless renewed by clicks +no link$/);
    const checked = { ...past, expiryCheck: { token: 'removal-1', lostAt: given.nowSeconds + 86_400 } };
    expect(words(checked, atApi)).toMatch(/^state +live, its expiry is being checked +live$/);
    expect(words(past, undefined)).toMatch(/ no usable answer$/);
  });
});
