import { describe, expect, it } from 'vitest';
import type { CreateCommand } from '../../../../../lambdas/domain/contract/command.ts';
import {
  commandDigest,
  dataDigest,
  erasureDigest,
  sameData,
  subjectDigest,
} from '../../../../../lambdas/domain/link/digest.ts';

const command: CreateCommand = {
  specVersion: '1.0',
  source: 'crm',
  requestId: 'order-1',
  action: 'create',
  onelinkId: 'A1b3',
  requestedAt: '2026-03-10T12:00:00Z',
  data: { pid: 'sms', c: 'spring' },
  ttl: '14d',
};

describe("a command's digest", () => {
  it('never changes between releases, because the ledger holds digests of earlier ones', () => {
    expect(commandDigest('secret', command)).toBe('fd5cbca39e165797a0867884a2fdedde');
  });

  it('is equal for a repeat of a request with other times and metadata', () => {
    const repeated: CreateCommand = {
      ...command,
      requestedAt: '2026-03-10T12:05:00Z',
      validUntil: '2026-03-11T00:00:00Z',
      metadata: { attempt: '2' },
      data: { c: 'spring', pid: 'sms' },
    };
    expect(commandDigest('secret', repeated)).toBe(commandDigest('secret', command));
  });

  it.each<[string, Partial<CreateCommand>]>([
    ['a value', { data: { pid: 'sms', c: 'summer' } }],
    ['a last digit', { data: { pid: 'sms', c: '1610521604143693799' } }],
    ['a final zero', { data: { pid: 'sms', c: '0.10' } }],
    ['one parameter more', { data: { pid: 'sms', c: 'spring', af_sub1: '' } }],
    ['the TTL', { ttl: '15d' }],
    ['the renewal', { renewTtl: false }],
    ['the link', { shortlinkId: 'spring' }],
    ['the template', { onelinkId: 'abc123' }],
    ['a QR code', { qr: { format: 'png' } }],
    ['the request', { requestId: 'order-2' }],
    ['the subject', { subject: 'customer 7' }],
  ])('differs for another request: %s', (_, change) => {
    expect(commandDigest('secret', { ...command, ...change })).not.toBe(commandDigest('secret', command));
  });

  it('cannot be computed without the secret', () => {
    expect(commandDigest('another', command)).not.toBe(commandDigest('secret', command));
    expect(dataDigest('another', command.data)).not.toBe(dataDigest('secret', command.data));
  });
});

describe('a digest of a subject', () => {
  it('never changes between releases, and is another one than that of equal data', () => {
    expect(subjectDigest('secret', 'customer 7')).toBe('8c7e2c0290a0426001e870c4c66a807c');
    expect(subjectDigest('another', 'customer 7')).not.toBe(subjectDigest('secret', 'customer 7'));
  });

  it('is equal for the same letters in another form of Unicode, and with blanks around them', () => {
    expect(subjectDigest('secret', ' Jose\u0301 ')).toBe(subjectDigest('secret', 'Jos\u00e9'));
    expect(subjectDigest('secret', 'jos\u00e9')).not.toBe(subjectDigest('secret', 'Jos\u00e9'));
  });
});

describe("a digest of a link's data", () => {
  it('does not depend on the order of the parameters, and has 128 bits', () => {
    expect(dataDigest('secret', { pid: 'sms', c: 'x' })).toBe(dataDigest('secret', { c: 'x', pid: 'sms' }));
    expect(dataDigest('secret', { pid: 'sms' })).toMatch(/^[0-9a-f]{32}$/);
  });

  it('separates parameters whatever their text', () => {
    expect(dataDigest('secret', JSON.parse('{"pid":"a","__proto__":"b"}'))).not.toBe(
      dataDigest('secret', { pid: 'a' }),
    );
    expect(dataDigest('secret', { pid: 'a', c: 'b' })).not.toBe(dataDigest('secret', { pid: 'a","c":"b' }));
    expect(dataDigest('secret', { pid: '1' })).not.toBe(dataDigest('secret', { pid: '2' }));
  });
});

describe('the data that the API holds', () => {
  it.each<[string, Record<string, string>, Record<string, unknown>]>([
    ['unchanged', { pid: 'sms', c: '' }, { c: '', pid: 'sms' }],
    ['with numbers and booleans', { pid: '7', is_retargeting: 'true' }, { pid: 7, is_retargeting: true }],
    ['with brackets encoded', { pid: 'sms', x: 'a<b>c' }, { pid: 'sms', x: 'a%3Cb%3Ec' }],
    ['with brackets encoded in lower case', { pid: 'sms', x: 'a<b>c' }, { pid: 'sms', x: 'a%3cb%3ec' }],
    ['with brackets decoded', { pid: 'sms', x: 'a%3Cb' }, { pid: 'sms', x: 'a<b' }],
    ['with brackets encoded in a name', { pid: 'sms', 'a<b>': '1' }, { pid: 'sms', 'a%3Cb%3E': '1' }],
  ])('equals the requested data: %s', (_, asked, held) => {
    expect(sameData(asked, held)).toBe(true);
  });

  it.each<[string, Record<string, string>, Record<string, unknown>]>([
    ['another value', { pid: 'sms' }, { pid: 'mail' }],
    ['one more', { pid: 'sms' }, { pid: 'sms', c: '1' }],
    ['one less', { pid: 'sms', c: '1' }, { pid: 'sms' }],
    ['another name', { pid: 'sms', c: '1' }, { pid: 'sms', d: '1' }],
    ['an inherited name', { pid: 'sms', toString: 'x' }, { pid: 'sms', c: '1' }],
    ['another case', { pid: 'sms' }, { pid: 'SMS' }],
  ])('differs from the requested data: %s', (_, asked, held) => {
    expect(sameData(asked, held)).toBe(false);
  });
});

describe("the digest of an erasure's delete", () => {
  const address = { onelinkId: 'A1b3', shortlinkId: 'abc' };
  const digest = erasureDigest('secret', address, 2, 1_700_000_000_000);

  it('is one for a version of a link, and nobody can make it without the secret', () => {
    expect(digest).toMatch(/^[0-9a-f]{32}$/);
    expect(erasureDigest('secret', { ...address }, 2, 1_700_000_000_000)).toBe(digest);
    const others = [
      erasureDigest('other', address, 2, 1_700_000_000_000),
      erasureDigest('secret', { ...address, shortlinkId: 'abd' }, 2, 1_700_000_000_000),
      erasureDigest('secret', address, 3, 1_700_000_000_000),
      erasureDigest('secret', address, 2, 1_700_000_000_001),
    ];
    expect(new Set([digest, ...others]).size).toBe(5);
  });
});
