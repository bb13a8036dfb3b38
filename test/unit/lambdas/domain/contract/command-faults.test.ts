import { describe, expect, it } from 'vitest';
import { common, create, createWith, createWithData, faultsOf, read, wordsOf } from './given-reading.ts';

describe('a command as text', () => {
  it('is refused for a second `data`, one of which would be lost', () => {
    const faults = wordsOf(createWith('"data":{"pid":"sms","deep_link_sub1":1610521604143693812}'));
    expect(faults).toContain('data: occurs more than once, and all but one would be lost');
  });

  it.each(['1610521604143693812', '0.1000', '-0', '1e400', '1E5', '1.0'])(
    'is refused with a remedy for a parameter whose digits would change: %s',
    (number) => {
      expect(wordsOf(createWithData(`"x":${number}`))).toEqual([
        'data.x: this number would change before it is sent: write it as text, in quotes',
      ]);
    },
  );

  it.each([
    ['"ttl":14.0', 'ttl number: must be written in digits only, or as text such as "14d"'],
    [
      '"ttl":1e21',
      'ttl ttl: must be minutes, hours or days (10m, 20h, 14d; a bare number means days), above zero, without leading zeros and at most 365 days',
    ],
    ['"ttl":true', 'ttl type: must be text such as 14d, or a whole number of days'],
    ['"qr":{"size":3e2}', 'qr.size number: must be written in digits only, such as 300'],
    ['"qr":{"size":10000000000000000}', 'qr.size length: must be at most 3000'],
    ['"qr":{"size":-10000000000000000}', 'qr.size length: must be at least 1'],
    ['"qr":{"size":"300"}', 'qr.size type: must be a number, not text in quotes'],
    ['"qr":{"size":null}', 'qr.size type: must be a number, not null'],
    ['"qr":{"size":true}', 'qr.size type: must be a number, not true or false'],
    ['"qr":{"size":1e400}', 'qr.size number: must be written in digits only, such as 300'],
    ['"qr":{"size":300.5}', 'qr.size type: must be a whole number'],
    ['"qr":{"format":"gif"}', 'qr.format value: must be one of: png, jpg, jpeg'],
    ['"qr":[]', 'qr type: must be an object, not an array'],
    ['"renewTtl":"true"', 'renewTtl type: must be true or false, not text in quotes'],
    [
      `"metadata":{"${'n'.repeat(65)}":"x"}`,
      `metadata.${'n'.repeat(65)} length: a name must not be longer than 64 characters`,
    ],
    ['"metadata":{"":"x"}', 'metadata. length: a name must not be empty'],
    [`"metadata":{"k":"${'x'.repeat(257)}"}`, 'metadata.k length: must be at most 256 characters long'],
    ['"metadata":{"k":1.0}', 'metadata.k type: must be text'],
    [
      '"metadata":{"k":"\\u0000"}',
      'metadata.k control: must not contain control characters (such as NUL) except tab and line break: leave them out',
    ],
    [
      '"brandDomain":"other.example"',
      'brandDomain not-allowed: is not a brand domain configured for this template: click.acme.example',
    ],
    ['"source":"crm"', 'source duplicate: occurs more than once, and all but one would be lost'],
    ['"__proto__":{"ttl":"7d"}', '__proto__ unknown-field: is not a field of this command'],
    ['"qr":{"__proto__":{"size":1}}', 'qr.__proto__ unknown-field: is not a field of this command'],
  ])('is refused with a message that names the fix: %s', (fields, fault) => {
    expect(faultsOf(createWith(fields)).map(({ path, rule, message }) => `${path} ${rule}: ${message}`)).toEqual([
      fault,
    ]);
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
    const body = createWith(`"metadata":{"${name}":"m"}`).replace('"pid":"sms"', `"pid":"sms","${name}":"d"`);
    const key = JSON.parse(`"${name}"`);
    const command = { ...create, data: { pid: 'sms', [key]: 'd' }, metadata: { [key]: 'm' } };
    expect(read(body)).toEqual({ command });
  });

  it('gets no faults from inside an unknown field', () => {
    const body = JSON.stringify({ ...common, action: 'delete', shortlinkId: 'spring' }).replace(
      '}',
      ',"data":{"a":1.0,"a":2}}',
    );
    expect(wordsOf(body)).toEqual(['data: is not a field of this command']);
  });

  it.each([
    ['renew_ttl', ': did you mean renewTtl?'],
    ['requestID', ': did you mean requestId?'],
    ['TTL', ': did you mean ttl?'],
    ['tll', ': did you mean ttl?'],
    ['keepUntill', ': did you mean keepUntil?'],
    ['shortlinkdI', ': did you mean shortlinkId?'],
    ['brandDomian', ': did you mean brandDomain?'],
    ['templateId', ': did you mean onelinkId?'],
    ['size', ': it belongs inside qr'],
    ['af_dp', ': it belongs inside data'],
    ['utm_campaign', ': it belongs inside data'],
    ['ttl_days', ''],
    ['x', ''],
    ['qr.sise', ': did you mean size?'],
    ['qr.Format', ': did you mean format?'],
    ['qr.brand_domain', ': did you mean brandDomain?'],
    ['qr.ttl', ': it belongs beside qr'],
    ['qr.color', ''],
  ])('gets a suggestion for the unknown field %s', (path, words) => {
    const name = path.replace('qr.', '');
    const fields = name === path ? `"${name}":"x"` : `"qr":{"${name}":"x"}`;
    expect(wordsOf(createWith(fields))).toEqual([`${path}: is not a field of this command${words}`]);
  });

  it('gets a suggestion for `specversion` in lower case, and is not read as a CloudEvent', () => {
    expect(wordsOf(JSON.stringify(create).replace('specVersion', 'specversion'))).toEqual([
      'specVersion: must be the text "1.0"',
      'specversion: is not a field of this command: did you mean specVersion?',
    ]);
  });

  it('has no identity from a duplicate field', () => {
    const body = createWith('"requestId":"other","metadata":{"a":"1","a":"2"}');
    expect(read(body)).toEqual({
      refused: { faults: [expect.anything(), expect.anything()], source: 'crm', requestId: null, action: 'create' },
    });
  });
});

describe('a missing right', () => {
  it('comes with the configured values', () => {
    expect(wordsOf({ ...create, onelinkId: 'zzzz' })).toEqual([
      'onelinkId: is not a template configured for this source: A1b3',
    ]);
    expect(wordsOf({ ...create, source: 'print', onelinkId: 'abc123', brandDomain: 'click.acme.example' })).toEqual([
      'brandDomain: is not a brand domain configured for this template: it has none',
    ]);
  });

  it('to a template reveals nothing about that template', () => {
    const stranger = { ...create, source: 'stranger', brandDomain: 'a.example', qr: { brandDomain: 'b.example' } };
    expect(wordsOf(stranger)).toEqual([
      'source: is not a producer configured for this lane',
      'brandDomain: is not a brand domain configured for this template',
      'qr.brandDomain: is not a brand domain configured for this template',
    ]);
  });
});

describe('many faults of one kind', () => {
  it('are returned once if they are equal', () => {
    expect(faultsOf(createWithData(Array(1_000).fill('"x":"1"').join(',')))).toEqual([
      { path: 'data.x', rule: 'duplicate', message: 'occurs more than once, and all but one would be lost' },
    ]);
  });

  it('are limited to twenty, and leave other kinds complete', () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `"x${index}":null`).join(',');
    const faults = faultsOf(createWithData(`${names},"c":" x"`));
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
    const faults = faultsOf(raw);
    // 180 faults of six kinds, and the fault that metadata has too many entries.
    expect(faults).toHaveLength(101);
    expect(faults.at(-1)).toEqual({ path: '', rule: 'more', message: 'and 81 more faults' });
  });
});
