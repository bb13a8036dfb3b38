import { describe, expect, it } from 'vitest';
import { common, create, read, rulesOf } from './given-reading.ts';

const update = { ...common, action: 'update', shortlinkId: 'spring', data: { pid: 'sms' } };
const adopt = { ...common, action: 'adopt', shortlinkId: 'spring' };

describe('a valid command', () => {
  it('is returned unchanged, with its link parameters as text', () => {
    const raw = {
      ...create,
      shortlinkId: 'Spring_1-a',
      data: { pid: 'sms', deep_link_sub1: 7, is_retargeting: true, c: '' },
      ttl: 14,
      renewTtl: false,
      brandDomain: 'click.acme.example',
      qr: { size: 300, format: 'jpg', margin: false, brandDomain: 'click.acme.example' },
      validUntil: '2026-03-11T12:00:00+02:00',
      metadata: { recipient: 'r-7' },
      subject: 'José, 7',
    };
    expect(read(raw)).toEqual({
      command: { ...raw, data: { pid: 'sms', deep_link_sub1: '7', is_retargeting: 'true', c: '' } },
    });
  });

  it.each([
    [update, update],
    [
      { ...common, action: 'delete', shortlinkId: 'spring' },
      { ...common, action: 'delete', shortlinkId: 'spring' },
    ],
    [
      { ...common, action: 'qr', shortlinkId: 'spring' },
      { ...common, action: 'qr', shortlinkId: 'spring', qr: { format: 'png' } },
    ],
    [
      { ...create, qr: {} },
      { ...create, qr: { format: 'png' } },
    ],
  ])('%# has its defaults filled in', (raw, command) => {
    expect(read(raw)).toEqual({ command });
  });
});

describe('a command that breaks one rule', () => {
  it.each<[string, unknown]>([
    ['specVersion value', { ...create, specVersion: '2.0' }],
    ['specVersion value', { ...create, specVersion: 1 }],
    ['requestId required', { ...create, requestId: undefined }],
    ['requestId format', { ...create, requestId: 'order 1' }],
    ['requestId format', { ...create, requestId: 'x'.repeat(129) }],
    ['requestId format', { ...create, requestId: '.' }],
    ['requestId format', { ...create, requestId: '..' }],
    ['requestId type', { ...create, requestId: 7 }],
    ['shortlinkId format', { ...create, shortlinkId: 'a/b' }],
    ['shortlinkId format', { ...create, shortlinkId: 'x'.repeat(51) }],
    ['shortlinkId required', { ...update, shortlinkId: undefined }],
    ['validUntil format', { ...create, validUntil: 'tomorrow' }],
    ['data required', { ...create, data: undefined }],
    ['data type', { ...create, data: '{"pid":"sms"}' }],
    ['data.pid required', { ...create, data: {} }],
    ['data.af_sub1 type', { ...create, data: { pid: 'sms', af_sub1: null } }],
    ['data payload-length', { ...create, data: { pid: 'sms', x: 'x'.repeat(2_048) } }],
    ['ttl ttl', { ...create, ttl: '366d' }],
    ['ttl ttl', { ...create, ttl: 0 }],
    ['qr.size length', { ...create, qr: { size: 3_001 } }],
    ['qr.color unknown-field', { ...create, qr: { color: 'red' } }],
    ['metadata length', { ...create, metadata: Object.fromEntries([...'abcdefghijk'].map((k) => [k, ''])) }],
    ['subject format', { ...create, subject: '' }],
    ['subject length', { ...create, subject: 'x'.repeat(257) }],
    ['subject format', { ...create, subject: ' ' }],
    ['subject control', { ...create, subject: 'a\tb' }],
    ['subject unicode', { ...create, subject: 'a\ud800' }],
    ['subject type', { ...create, subject: 7 }],
    ['shortlink_id unknown-field', { ...create, shortlink_id: 'x' }],
    ['qr unknown-field', { ...update, qr: {} }],
    ['data unknown-field', { ...common, action: 'delete', shortlinkId: 'spring', data: { pid: 'sms' } }],
    ['source not-allowed', { ...create, source: 'shop' }],
    ['onelinkId not-allowed', { ...create, onelinkId: 'abc123' }],
    ['brandDomain not-allowed', { ...create, source: 'print', onelinkId: 'abc123', brandDomain: 'click.acme.example' }],
    ['qr.brandDomain not-allowed', { ...create, qr: { brandDomain: 'click.globex.example' } }],
  ])('is refused for %s', (fault, raw) => {
    expect(rulesOf(raw)).toEqual([fault]);
  });

  it.each([null, 'x', 7, true, []])('is refused if it is not an object: %j', (raw) => {
    const reading = read(raw);
    expect(reading).toEqual({
      refused: { faults: [expect.objectContaining({ path: '' })], source: null, requestId: null, action: null },
    });
  });
});

describe('a command whose text would change on the way', () => {
  it('does not return half of a surrogate pair, which strict JSON readers refuse', () => {
    const reading = read({ ...create, metadata: { note: 'x\ud800' }, 'odd\ud800': 1 });
    const refused = 'refused' in reading ? reading.refused : expect.fail('was accepted');
    expect(refused).not.toHaveProperty('metadata');
    expect(JSON.stringify(refused)).not.toContain('\\ud800');
  });

  it('is refused for half of a surrogate pair in a name or a value', () => {
    const data = { pid: 'sms', x: 'a\ud800', '\udfffy': 'b' };
    expect(rulesOf({ ...create, data, metadata: { note: '\udc00' } })).toEqual([
      'data.x unicode',
      'data.\ufffdy unicode',
      'metadata.note unicode',
    ]);
  });

  it('is refused for the name `__proto__`', () => {
    const raw = JSON.parse(JSON.stringify(create).replace('"pid"', '"__proto__":"a","pid"'));
    expect(rulesOf(raw)).toEqual(['data.__proto__ name']);
    expect(rulesOf({ ...create, metadata: JSON.parse('{"__proto__":"a"}') })).toEqual(['metadata.__proto__ name']);
  });

  it('is refused for an instant with too many decimals', () => {
    expect(rulesOf({ ...create, requestedAt: `2026-03-10T11:59:00.${'0'.repeat(100_000)}Z` })).toEqual([
      'requestedAt length',
    ]);
  });

  it('is accepted with every other character', () => {
    expect(rulesOf({ ...create, data: { pid: 'sms', x: 'a\uffff\t\r\n😀' }, metadata: { note: '\ufffe' } })).toEqual(
      [],
    );
  });
});

describe('a command that breaks many rules', () => {
  it('gets all faults at once, including rights and time', () => {
    const raw = {
      ...create,
      requestId: '',
      onelinkId: 'abc123',
      data: { c: ' x', ttl: '1d' },
      ttl: '1y',
      extra: 1,
      requestedAt: '2027-01-01T00:00:00Z',
    };
    expect(rulesOf(raw).toSorted()).toEqual([
      'data.c format',
      'data.pid required',
      'data.ttl forbidden',
      'extra unknown-field',
      'onelinkId not-allowed',
      'requestId format',
      'requestedAt in-future',
      'ttl ttl',
    ]);
  });

  it('gets the fault of a malformed source without a fault about rights', () => {
    expect(rulesOf({ ...create, source: '-crm' })).toEqual(['source format', 'source not-allowed']);
  });

  it.each(['remove', undefined, null, 7])('gets the faults of all fields even if its action is %j', (action) => {
    const raw = {
      ...create,
      action,
      requestId: undefined,
      source: 'shop',
      shortlinkId: 'a/b',
      onConflict: 'overwrite',
      data: { c: ' x', af_r: 'http://x.example' },
      ttl: '1y',
      renewTtl: 1,
      keepUntil: '2026-03-01T00:00:00Z',
      qr: { size: 0, color: 'red' },
      metadata: Object.fromEntries([...'abcdefghijk'].map((k) => [k, k === 'a' ? 1 : ''])),
      renew_ttl: true,
    };
    expect(rulesOf(raw).toSorted()).toEqual([
      'action value',
      'data.af_r format',
      'data.c format',
      'data.pid required',
      'keepUntil in-past',
      'metadata length',
      'metadata.a type',
      'onConflict value',
      'qr.color unknown-field',
      'qr.size length',
      'renewTtl type',
      'renew_ttl unknown-field',
      'requestId required',
      'shortlinkId format',
      'source not-allowed',
      'ttl ttl',
    ]);
  });

  it('gets no fault about missing data if its action is unknown', () => {
    expect(rulesOf({ ...common, action: 'remove' })).toEqual(['action value']);
  });
});

describe("a producer's clock", () => {
  it.each([
    ['a message that was sent five minutes before', '2026-03-10T12:05:00Z', []],
    ['a message with another offset', '2026-03-10T14:05:00+02:00', []],
    ['a message that waited or was parked for years', '2020-01-01T00:00:00Z', []],
    ['no message that was sent longer before', '2026-03-10T12:05:00.001Z', ['requestedAt in-future']],
  ])('may set the time of %s', (_, requestedAt, faults) => {
    expect(rulesOf({ ...create, requestedAt })).toEqual(faults);
  });
});

describe('the answer to a refused command', () => {
  it('contains identity and metadata if they are valid', () => {
    const metadata = { recipient: 'r-7' };
    expect(read({ ...create, data: {}, metadata })).toMatchObject({
      refused: { source: 'crm', requestId: 'order-1', action: 'create', metadata },
    });
  });

  it('contains no invalid field', () => {
    const reading = read({ ...create, source: 'a b', requestId: 7, action: 'remove', metadata: { k: 1 } });
    expect(reading).toMatchObject({ refused: { source: null, requestId: null, action: null } });
    expect('refused' in reading && reading.refused).not.toHaveProperty('metadata');
  });
});

describe('the length of metadata', () => {
  it('counts characters, and an emoji as one', () => {
    expect(rulesOf({ ...create, metadata: { ['😀'.repeat(64)]: '😀'.repeat(256) } })).toEqual([]);
    expect(rulesOf({ ...create, metadata: { k: '😀'.repeat(257) } })).toEqual(['metadata.k length']);
  });
});

describe('a kept link', () => {
  it('must have a keepUntil after the command’s sent time', () => {
    expect(rulesOf({ ...create, keepUntil: '2026-03-10T12:00:00.001Z' })).toEqual([]);
    expect(rulesOf({ ...create, keepUntil: '2026-03-10T12:00:00Z' })).toEqual(['keepUntil in-past']);
    expect(rulesOf({ ...update, keepUntil: '2026-03-10T13:00:00+02:00' })).toEqual(['keepUntil in-past']);
  });

  it('must have a TTL of 14 days or more, also with other faults', () => {
    const kept = { keepUntil: '2027-01-01T00:00:00Z', ttl: '13d' };
    expect(rulesOf({ ...create, ...kept })).toEqual(['ttl keep']);
    expect(rulesOf({ ...create, ...kept, requestId: 7 })).toEqual(['requestId type', 'ttl keep']);
    expect(rulesOf({ ...create, ...kept, action: 'make' })).toEqual(['action value', 'ttl keep']);
    expect(rulesOf({ ...adopt, ...kept, action: 'migrate' })).toEqual(['ttl keep']);
  });

  it('of an adopt is not refused for a TTL that may not count: the API may report another', () => {
    const kept = { keepUntil: '2027-01-01T00:00:00Z', ttl: '13d' };
    expect(rulesOf({ ...adopt, ...kept })).toEqual([]);
    expect(rulesOf({ ...adopt, ...kept, ttl: '13 d', keepUntil: '2026-03-10T12:00:00Z' })).toEqual([
      'ttl ttl',
      'keepUntil in-past',
    ]);
  });
});
