import { describe, expect, it } from 'vitest';
import { commandReader } from '../../../lambdas/domain/command.ts';

const sentAt = Date.parse('2026-03-10T12:00:00Z');
const read = commandReader({
  contract: { maxDataCharacters: 2_048, maxTtlDays: 365 },
  producers: [
    { source: 'crm', templates: ['A1b3'] },
    { source: 'print', templates: ['A1b3', 'abc123'] },
  ],
  templates: {
    A1b3: { domain: 'acme.onelink.me', brandDomains: ['click.acme.example'] },
    abc123: { domain: 'globex.onelink.me', brandDomains: [] },
  },
});

const common = {
  specVersion: '1.0',
  source: 'crm',
  requestId: 'order-1',
  onelinkId: 'A1b3',
  requestedAt: '2026-03-10T11:59:00Z',
};
const create = { ...common, action: 'create', data: { pid: 'sms' } };
const update = { ...common, action: 'update', shortlinkId: 'spring', data: { pid: 'sms' } };

/** The faults found, as `path rule`. */
function faultsOf(raw: unknown, sentAtMilliseconds = sentAt): string[] {
  const reading = read(raw, sentAtMilliseconds);
  return 'refused' in reading ? reading.refused.faults.map(({ path, rule }) => `${path} ${rule}`) : [];
}

describe('a valid command', () => {
  it('comes out as it was given, its link parameters as text', () => {
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
    };
    expect(read(raw, sentAt)).toEqual({
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
    expect(read(raw, sentAt)).toEqual({ command });
  });
});

describe('a command that breaks one rule', () => {
  it.each<[string, unknown]>([
    ['specVersion value', { ...create, specVersion: '2.0' }],
    ['requestId required', { ...create, requestId: undefined }],
    ['requestId format', { ...create, requestId: 'order 1' }],
    ['requestId format', { ...create, requestId: 'x'.repeat(129) }],
    ['requestId type', { ...create, requestId: 7 }],
    ['shortlinkId format', { ...create, shortlinkId: 'a/b' }],
    ['shortlinkId format', { ...create, shortlinkId: 'x'.repeat(51) }],
    ['shortlinkId required', { ...update, shortlinkId: undefined }],
    ['requestedAt format', { ...create, requestedAt: '2026-03-10 12:00' }],
    ['requestedAt format', { ...create, requestedAt: '2026-03-10T12:00:00' }],
    ['requestedAt format', { ...create, requestedAt: '2026-02-30T12:00:00Z' }],
    ['validUntil format', { ...create, validUntil: 'tomorrow' }],
    ['data required', { ...create, data: undefined }],
    ['data type', { ...create, data: '{"pid":"sms"}' }],
    ['data.pid required', { ...create, data: {} }],
    ['data.af_sub1 type', { ...create, data: { pid: 'sms', af_sub1: null } }],
    ['data payload-length', { ...create, data: { pid: 'sms', x: 'x'.repeat(2_048) } }],
    ['ttl ttl', { ...create, ttl: '366d' }],
    ['ttl ttl', { ...create, ttl: 0 }],
    ['ttl type', { ...create, ttl: true }],
    ['renewTtl type', { ...create, renewTtl: 'yes' }],
    ['qr.size length', { ...create, qr: { size: 3_001 } }],
    ['qr.size length', { ...create, qr: { size: 0 } }],
    ['qr.size type', { ...create, qr: { size: 1.5 } }],
    ['qr.format value', { ...create, qr: { format: 'svg' } }],
    ['qr.color unknown-field', { ...create, qr: { color: 'red' } }],
    ['metadata.k length', { ...create, metadata: { k: 'x'.repeat(257) } }],
    ['metadata.k type', { ...create, metadata: { k: 7 } }],
    ['metadata length', { ...create, metadata: Object.fromEntries([...'abcdefghijk'].map((k) => [k, ''])) }],
    ['shortlink_id unknown-field', { ...create, shortlink_id: 'x' }],
    ['qr unknown-field', { ...update, qr: {} }],
    ['data unknown-field', { ...common, action: 'delete', shortlinkId: 'spring', data: { pid: 'sms' } }],
    ['source not-allowed', { ...create, source: 'shop' }],
    ['onelinkId not-allowed', { ...create, onelinkId: 'abc123' }],
    ['brandDomain not-allowed', { ...create, brandDomain: 'click.globex.example' }],
    ['brandDomain not-allowed', { ...create, source: 'print', onelinkId: 'abc123', brandDomain: 'click.acme.example' }],
    ['qr.brandDomain not-allowed', { ...create, qr: { brandDomain: 'click.globex.example' } }],
  ])('is refused for %s', (fault, raw) => {
    expect(faultsOf(raw)).toEqual([fault]);
  });

  it.each([undefined, null, 'x', 7, true, []])('is refused when it is no object: %j', (raw) => {
    const reading = read(raw, sentAt);
    expect(reading).toEqual({
      refused: { faults: [expect.objectContaining({ path: '' })], source: null, requestId: null, action: null },
    });
  });
});

describe('a command whose text would change on the way', () => {
  it('does not give half of a surrogate pair back, which strict readers of JSON refuse', () => {
    const reading = read({ ...create, metadata: { note: 'x\ud800' }, 'odd\ud800': 1 }, sentAt);
    const refused = 'refused' in reading ? reading.refused : expect.fail('was accepted');
    expect(refused).not.toHaveProperty('metadata');
    expect(JSON.stringify(refused)).not.toContain('\\ud800');
  });

  it('is refused for half of a surrogate pair, in a name or a value', () => {
    const data = { pid: 'sms', x: 'a\ud800', '\udfffy': 'b' };
    expect(faultsOf({ ...create, data, metadata: { note: '\udc00' } })).toEqual([
      'data.x unicode',
      'data.\ufffdy unicode',
      'metadata.note unicode',
    ]);
  });

  it('is refused for a name that an object cannot have as its own', () => {
    const raw = JSON.parse(JSON.stringify(create).replace('"pid"', '"__proto__":"a","pid"'));
    expect(faultsOf(raw)).toEqual(['data.__proto__ name']);
    expect(faultsOf({ ...create, metadata: JSON.parse('{"__proto__":"a"}') })).toEqual(['metadata.__proto__ name']);
  });

  it('is refused for an instant with decimals without end', () => {
    expect(faultsOf({ ...create, requestedAt: `2026-03-10T11:59:00.${'0'.repeat(100_000)}Z` })).toEqual([
      'requestedAt length',
    ]);
  });

  it('is taken with every other character', () => {
    expect(faultsOf({ ...create, data: { pid: 'sms', x: 'a\uffff\0😀' }, metadata: { note: '\ufffe' } })).toEqual([]);
  });
});

describe('a command that breaks many rules', () => {
  it('is told of all of them at once, rights and time included', () => {
    const raw = {
      ...create,
      requestId: '',
      onelinkId: 'abc123',
      data: { c: ' x', ttl: '1d' },
      ttl: '1y',
      extra: 1,
      requestedAt: '2027-01-01T00:00:00Z',
    };
    expect(faultsOf(raw).toSorted()).toEqual([
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

  it('is told that its source is malformed, and no producer of this lane', () => {
    expect(faultsOf({ ...create, source: '-crm' })).toEqual(['source format', 'source not-allowed']);
  });

  it('is told of the fields that all commands share even when its action is unknown', () => {
    expect(faultsOf({ ...create, action: 'remove', requestId: undefined, source: 'shop' })).toEqual([
      'action value',
      'requestId required',
      'source not-allowed',
    ]);
  });
});

describe("a producer's clock", () => {
  it('may be five minutes ahead of the queue, and no more', () => {
    expect(faultsOf({ ...create, requestedAt: '2026-03-10T12:05:00Z' })).toEqual([]);
    expect(faultsOf({ ...create, requestedAt: '2026-03-10T12:05:00.001Z' })).toEqual(['requestedAt in-future']);
    expect(faultsOf({ ...create, requestedAt: '2026-03-10T14:05:00+02:00' })).toEqual([]);
  });

  it('may be behind by any time: messages wait, and are parked', () => {
    expect(faultsOf({ ...create, requestedAt: '2020-01-01T00:00:00Z' })).toEqual([]);
  });
});

describe('what is kept of a refused command, to answer its producer', () => {
  it('is its identity and metadata, where they are in order', () => {
    const metadata = { recipient: 'r-7' };
    expect(read({ ...create, data: {}, metadata }, sentAt)).toMatchObject({
      refused: { source: 'crm', requestId: 'order-1', action: 'create', metadata },
    });
  });

  it('is nothing that is not in order itself', () => {
    const reading = read({ ...create, source: 'a b', requestId: 7, action: 'remove', metadata: { k: 1 } }, sentAt);
    expect(reading).toMatchObject({ refused: { source: null, requestId: null, action: null } });
    expect('refused' in reading && reading.refused).not.toHaveProperty('metadata');
  });
});
