import { describe, expect, it } from 'vitest';
import { commandReader, noPolicy } from '../../../../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../../../../lambdas/domain/contract/envelope.ts';

const sentAt = Date.parse('2026-03-10T12:00:00Z');
const readMessage = commandReader({
  policy: noPolicy,
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

/** Reads the command from the text of a message. */
const read = (raw: unknown, at: number) => readMessage(openEnvelope(JSON.stringify(raw)), at);

const common = {
  specVersion: '1.0',
  source: 'crm',
  requestId: 'order-1',
  onelinkId: 'A1b3',
  requestedAt: '2026-03-10T11:59:00Z',
};
const create = { ...common, action: 'create', data: { pid: 'sms' } };
const update = { ...common, action: 'update', shortlinkId: 'spring', data: { pid: 'sms' } };

/** The faults, as `path rule`. */
function faultsOf(raw: unknown, sentAtMilliseconds = sentAt): string[] {
  const reading = read(raw, sentAtMilliseconds);
  return 'refused' in reading ? reading.refused.faults.map(({ path, rule }) => `${path} ${rule}`) : [];
}

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

  it.each([null, 'x', 7, true, []])('is refused if it is not an object: %j', (raw) => {
    const reading = read(raw, sentAt);
    expect(reading).toEqual({
      refused: { faults: [expect.objectContaining({ path: '' })], source: null, requestId: null, action: null },
    });
  });
});

describe('a command whose text would change on the way', () => {
  it('does not return half of a surrogate pair, which strict JSON readers refuse', () => {
    const reading = read({ ...create, metadata: { note: 'x\ud800' }, 'odd\ud800': 1 }, sentAt);
    const refused = 'refused' in reading ? reading.refused : expect.fail('was accepted');
    expect(refused).not.toHaveProperty('metadata');
    expect(JSON.stringify(refused)).not.toContain('\\ud800');
  });

  it('is refused for half of a surrogate pair in a name or a value', () => {
    const data = { pid: 'sms', x: 'a\ud800', '\udfffy': 'b' };
    expect(faultsOf({ ...create, data, metadata: { note: '\udc00' } })).toEqual([
      'data.x unicode',
      'data.\ufffdy unicode',
      'metadata.note unicode',
    ]);
  });

  it('is refused for the name `__proto__`', () => {
    const raw = JSON.parse(JSON.stringify(create).replace('"pid"', '"__proto__":"a","pid"'));
    expect(faultsOf(raw)).toEqual(['data.__proto__ name']);
    expect(faultsOf({ ...create, metadata: JSON.parse('{"__proto__":"a"}') })).toEqual(['metadata.__proto__ name']);
  });

  it('is refused for an instant with too many decimals', () => {
    expect(faultsOf({ ...create, requestedAt: `2026-03-10T11:59:00.${'0'.repeat(100_000)}Z` })).toEqual([
      'requestedAt length',
    ]);
  });

  it('is accepted with every other character', () => {
    expect(faultsOf({ ...create, data: { pid: 'sms', x: 'a\uffff\t\r\n😀' }, metadata: { note: '\ufffe' } })).toEqual(
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

  it('gets the fault of a malformed source without a fault about rights', () => {
    expect(faultsOf({ ...create, source: '-crm' })).toEqual(['source format', 'source not-allowed']);
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
    expect(faultsOf(raw).toSorted()).toEqual([
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
    expect(faultsOf({ ...common, action: 'remove' })).toEqual(['action value']);
  });
});

describe("a producer's clock", () => {
  it('may be at most five minutes ahead of the queue', () => {
    expect(faultsOf({ ...create, requestedAt: '2026-03-10T12:05:00Z' })).toEqual([]);
    expect(faultsOf({ ...create, requestedAt: '2026-03-10T12:05:00.001Z' })).toEqual(['requestedAt in-future']);
    expect(faultsOf({ ...create, requestedAt: '2026-03-10T14:05:00+02:00' })).toEqual([]);
  });

  it('may be behind by any time, because messages wait or are parked', () => {
    expect(faultsOf({ ...create, requestedAt: '2020-01-01T00:00:00Z' })).toEqual([]);
  });
});

describe('the answer to a refused command', () => {
  it('contains identity and metadata if they are valid', () => {
    const metadata = { recipient: 'r-7' };
    expect(read({ ...create, data: {}, metadata }, sentAt)).toMatchObject({
      refused: { source: 'crm', requestId: 'order-1', action: 'create', metadata },
    });
  });

  it('contains no invalid field', () => {
    const reading = read({ ...create, source: 'a b', requestId: 7, action: 'remove', metadata: { k: 1 } }, sentAt);
    expect(reading).toMatchObject({ refused: { source: null, requestId: null, action: null } });
    expect('refused' in reading && reading.refused).not.toHaveProperty('metadata');
  });
});

describe('a command as text', () => {
  const text = (fields: string) => `{${JSON.stringify(create).slice(1, -1)},${fields}}`;
  const found = (body: string) => {
    const reading = readMessage(openEnvelope(body), sentAt);
    return 'refused' in reading ? reading.refused.faults.map(({ path, message }) => `${path}: ${message}`) : [];
  };

  it.each([
    [
      '"data":{"pid":"sms","deep_link_sub1":1610521604143693812}',
      'data: occurs more than once, and all but one would be lost',
    ],
  ])('%# is refused for a duplicate field', (fields, fault) => {
    expect(found(text(fields))).toContain(fault);
  });

  it.each(['1610521604143693812', '0.1000', '-0', '1e400', '1E5', '1.0'])(
    'is refused with a remedy for a parameter whose digits would change: %s',
    (number) => {
      expect(found(JSON.stringify(create).replace('"pid":"sms"', `"pid":"sms","x":${number}`))).toEqual([
        'data.x: this number would change before it is sent: write it as text, in quotes',
      ]);
    },
  );

  it.each([
    ['"ttl":14.0', ['ttl: must be written in digits only, or as text such as "14d"']],
    [
      '"ttl":1e21',
      [
        'ttl: must be minutes, hours or days (10m, 20h, 14d; a bare number means days), above zero, without leading zeros and at most 365 days',
      ],
    ],
    ['"ttl":true', ['ttl: must be text such as 14d, or a whole number of days']],
    ['"qr":{"size":3e2}', ['qr.size: must be written in digits only, such as 300']],
    ['"qr":{"size":10000000000000000}', ['qr.size: must be at most 3000']],
    ['"qr":{"size":-10000000000000000}', ['qr.size: must be at least 1']],
    ['"qr":{"size":"300"}', ['qr.size: must be a number, not text in quotes']],
    ['"qr":{"size":null}', ['qr.size: must be a number, not null']],
    ['"qr":{"size":true}', ['qr.size: must be a number, not true or false']],
    ['"qr":{"size":1e400}', ['qr.size: must be written in digits only, such as 300']],
    ['"qr":{"size":300.5}', ['qr.size: must be a whole number']],
    ['"qr":{"format":"gif"}', ['qr.format: must be one of: png, jpg, jpeg']],
    ['"qr":[]', ['qr: must be an object, not an array']],
    ['"renewTtl":"true"', ['renewTtl: must be true or false, not text in quotes']],
    [
      `"metadata":{"${'n'.repeat(65)}":"x"}`,
      [`metadata.${'n'.repeat(65)}: a name must not be longer than 64 characters`],
    ],
    ['"metadata":{"":"x"}', ['metadata.: a name must not be empty']],
    [`"metadata":{"k":"${'x'.repeat(257)}"}`, ['metadata.k: must be at most 256 characters long']],
    ['"metadata":{"k":1.0}', ['metadata.k: must be text']],
    [
      '"metadata":{"k":"\\u0000"}',
      ['metadata.k: must not contain control characters (such as NUL) except tab and line break: leave them out'],
    ],
    [
      '"brandDomain":"other.example"',
      ['brandDomain: is not a brand domain configured for this template: click.acme.example'],
    ],
    ['"source":"crm"', ['source: occurs more than once, and all but one would be lost']],
    ['"__proto__":{"ttl":"7d"}', ['__proto__: is not a field of this command']],
    ['"qr":{"__proto__":{"size":1}}', ['qr.__proto__: is not a field of this command']],
  ])('is refused with a message that names the fix: %s', (fields, faults) => {
    expect(found(text(fields))).toEqual(faults);
  });

  it.each([
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '__defineGetter__',
    'a.b',
    'a b',
    '\\t\\n',
    '10',
    'ключ',
  ])('keeps a parameter and a metadata entry of any other name: %s', (name) => {
    const body = text(`"metadata":{"${name}":"m"}`).replace('"pid":"sms"', `"pid":"sms","${name}":"d"`);
    const reading = readMessage(openEnvelope(body), sentAt);
    const key = JSON.parse(`"${name}"`);
    expect(reading).toEqual({
      command: { ...create, data: { pid: 'sms', [key]: 'd' }, metadata: { [key]: 'm' } },
    });
  });

  it('gets no faults from inside an unknown field', () => {
    const body = JSON.stringify({ ...common, action: 'delete', shortlinkId: 'spring' }).replace(
      '}',
      ',"data":{"a":1.0,"a":2}}',
    );
    expect(found(body)).toEqual(['data: is not a field of this command']);
  });

  it.each([
    ['renew_ttl', 'is not a field of this command: did you mean renewTtl?'],
    ['requestID', 'is not a field of this command: did you mean requestId?'],
    ['TTL', 'is not a field of this command: did you mean ttl?'],
    ['tll', 'is not a field of this command: did you mean ttl?'],
    ['keepUntill', 'is not a field of this command: did you mean keepUntil?'],
    ['shortlinkdI', 'is not a field of this command: did you mean shortlinkId?'],
    ['brandDomian', 'is not a field of this command: did you mean brandDomain?'],
    ['templateId', 'is not a field of this command: did you mean onelinkId?'],
    ['size', 'is not a field of this command: it belongs inside qr'],
    ['af_dp', 'is not a field of this command: it belongs inside data'],
    ['utm_campaign', 'is not a field of this command: it belongs inside data'],
    ['ttl_days', 'is not a field of this command'],
    ['x', 'is not a field of this command'],
  ])('gets a suggestion for the unknown field %s', (name, message) => {
    expect(found(text(`"${name}":"x"`))).toEqual([`${name}: ${message}`]);
  });

  it.each([
    ['sise', ': did you mean size?'],
    ['Format', ': did you mean format?'],
    ['brand_domain', ': did you mean brandDomain?'],
    ['ttl', ': it belongs beside qr'],
    ['color', ''],
  ])('gets a suggestion for the unknown field qr.%s', (name, words) => {
    expect(found(text(`"qr":{"${name}":"x"}`))).toEqual([`qr.${name}: is not a field of this command${words}`]);
  });

  it('gets a suggestion for `specversion` in lower case, and is not read as a CloudEvent', () => {
    expect(found(JSON.stringify(create).replace('specVersion', 'specversion'))).toEqual([
      'specVersion: must be the text "1.0"',
      'specversion: is not a field of this command: did you mean specVersion?',
    ]);
  });

  it('gets the required text of its version', () => {
    expect(found(JSON.stringify({ ...create, specVersion: 1 }))).toEqual(['specVersion: must be the text "1.0"']);
  });

  it('has no identity from a duplicate field', () => {
    const body = text('"requestId":"other","metadata":{"a":"1","a":"2"}');
    expect(readMessage(openEnvelope(body), sentAt)).toEqual({
      refused: { faults: [expect.anything(), expect.anything()], source: 'crm', requestId: null, action: 'create' },
    });
  });
});

describe('the length of metadata', () => {
  it('counts characters, and an emoji as one', () => {
    expect(faultsOf({ ...create, metadata: { ['😀'.repeat(64)]: '😀'.repeat(256) } })).toEqual([]);
    expect(faultsOf({ ...create, metadata: { k: '😀'.repeat(257) } })).toEqual(['metadata.k length']);
  });
});

describe('a missing right', () => {
  const words = (raw: unknown) => {
    const reading = read(raw, sentAt);
    return 'refused' in reading ? reading.refused.faults.map(({ path, message }) => `${path}: ${message}`) : [];
  };

  it('comes with the configured values', () => {
    expect(words({ ...create, onelinkId: 'zzzz' })).toEqual([
      'onelinkId: is not a template configured for this source: A1b3',
    ]);
    expect(words({ ...create, source: 'print', onelinkId: 'abc123', brandDomain: 'click.acme.example' })).toEqual([
      'brandDomain: is not a brand domain configured for this template: it has none',
    ]);
  });

  it('to a template reveals nothing about that template', () => {
    const stranger = { ...create, source: 'stranger', brandDomain: 'a.example', qr: { brandDomain: 'b.example' } };
    expect(words(stranger)).toEqual([
      'source: is not a producer configured for this lane',
      'brandDomain: is not a brand domain configured for this template',
      'qr.brandDomain: is not a brand domain configured for this template',
    ]);
  });
});

describe('many faults of one kind', () => {
  const found = (body: string) => {
    const reading = readMessage(openEnvelope(body), sentAt);
    return 'refused' in reading ? reading.refused.faults : [];
  };
  const withData = (fields: string) => JSON.stringify(create).replace('"pid":"sms"', `"pid":"sms",${fields}`);

  it('are returned once if they are equal', () => {
    expect(found(withData(Array(1_000).fill('"x":"1"').join(',')))).toEqual([
      { path: 'data.x', rule: 'duplicate', message: 'occurs more than once, and all but one would be lost' },
    ]);
  });

  it('are limited to twenty, and leave other kinds complete', () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `"x${index}":null`).join(',');
    const faults = found(withData(`${names},"c":" x"`));
    expect(faults.map(({ path }) => path)).toEqual([
      ...Array.from({ length: 20 }, (_, index) => `data.x${index}`),
      'data.c',
      '',
    ]);
    expect(faults.at(-1)?.message).toBe('and 980 more faults');
  });

  it('are at most a hundred, of all kinds together', () => {
    const thirty = (name: string, value: unknown) =>
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${name}${index}`, value]));
    const raw = {
      ...create,
      ...thirty('u', 1),
      data: { pid: 'sms', ...thirty('n', null), ...thirty('c', '\0') },
      metadata: { ...thirty('n', 1), ...thirty('long', 'x'.repeat(257)), ...thirty('c', '\0') },
    };
    const faults = found(JSON.stringify(raw));
    // 180 faults of six kinds, and the fault that metadata has too many entries.
    expect(faults).toHaveLength(101);
    expect(faults.at(-1)).toEqual({ path: '', rule: 'more', message: 'and 81 more faults' });
  });
});

describe('a requested time', () => {
  it.each([
    ['2026-03-10T11:59:00+0100', 'lacks the colon in its offset: write +01:00, not +0100'],
    ['2026-03-10T11:59:00+01', 'lacks the minutes of its offset: write +01:00, not +01'],
    ['2026-03-10T11:59:00', 'lacks its time zone: add Z, or an offset such as +01:00'],
    ['2026-03-10T11:59Z', 'lacks the seconds: 2026-12-24T18:00:00Z'],
    ['2026-03-10', 'lacks the time and its zone: write 2026-12-24T18:00:00Z'],
    ['2026-03-10 11:59:00Z', 'must have a capital T between date and time: 2026-12-24T18:00:00Z'],
    ['2026-03-10t11:59:00z', 'must have a capital T between date and time: 2026-12-24T18:00:00Z'],
    ['2026-03-10T11:59:00 UTC', 'must end in Z, or in an offset such as +01:00'],
    ['2026-03-10T11:59:00z', 'must end in Z, or in an offset such as +01:00'],
    ['2026-02-30T11:59:00Z', 'is not a valid date and time: check the day, the time and the offset'],
    ['2026-03-10T25:00:00Z', 'is not a valid date and time: check the day, the time and the offset'],
    ['2026-03-10T11:59:00+99:00', 'is not a valid date and time: check the day, the time and the offset'],
    [' 2026-03-10T11:59:00Z', 'must not start or end with a blank'],
    ['2026-03-10T11:59:00Z\n', 'must not start or end with a blank'],
    ['2026-03-10T11:59:00,5Z', 'must have a dot, and no comma, before its fraction of a second'],
    ['10.3.2026', 'must be an RFC 3339 time, e.g. 2026-12-24T18:00:00Z'],
    ['', 'must be an RFC 3339 time, e.g. 2026-12-24T18:00:00Z'],
  ])('is refused with a message that names the missing part: %s', (requestedAt, message) => {
    const reading = read({ ...create, requestedAt }, sentAt);
    expect('refused' in reading && reading.refused.faults).toEqual([{ path: 'requestedAt', rule: 'format', message }]);
  });

  it.each(['2026-03-10T11:59:00.123456Z', '2026-03-10T12:59:00+01:00'])('may be %s', (requestedAt) => {
    expect(faultsOf({ ...create, requestedAt })).toEqual([]);
  });
});

describe('a kept link', () => {
  it('must have a keepUntil after the command’s sent time', () => {
    expect(faultsOf({ ...create, keepUntil: '2026-03-10T12:00:00.001Z' })).toEqual([]);
    expect(faultsOf({ ...create, keepUntil: '2026-03-10T12:00:00Z' })).toEqual(['keepUntil in-past']);
    expect(faultsOf({ ...update, keepUntil: '2026-03-10T13:00:00+02:00' })).toEqual(['keepUntil in-past']);
  });

  it('must have a TTL of 14 days or more, also with other faults', () => {
    const kept = { keepUntil: '2027-01-01T00:00:00Z', ttl: '13d' };
    expect(faultsOf({ ...create, ...kept })).toEqual(['ttl keep']);
    expect(faultsOf({ ...create, ...kept, requestId: 7 })).toEqual(['requestId type', 'ttl keep']);
    expect(faultsOf({ ...create, ...kept, action: 'make' })).toEqual(['action value', 'ttl keep']);
  });
});
