import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKeepingDigits, readJson } from '../../../../../lambdas/domain/contract/json-reading.ts';

const lossesOf = (text: string) => {
  const reading = readJson(text);
  return 'problem' in reading ? reading.problem : reading.losses.map(({ kind, path }) => `${path.join('.')} ${kind}`);
};

describe('a number', () => {
  it.each([
    '0',
    '-1',
    '7',
    '0.1',
    '1.5',
    '9007199254740991',
    '1610521604143693800',
    '100000000000000000000',
    '1e+21',
    '1e-7',
  ])('is kept if JavaScript writes it with the same digits: %s', (number) => {
    expect(lossesOf(`{"a":${number}}`)).toEqual([]);
  });

  it.each([
    '-0',
    '-0.0',
    '1.0',
    '0.1000',
    '1610521604143693812',
    '9007199254740993',
    '1e400',
    '-1e400',
    '1E5',
    '1e5',
    '1e21',
    '1e+05',
    '0.1e1',
    '0.30000000000000004441',
    '1e-400',
    '123456789012345678901234567890',
  ])('is lost if JavaScript writes it with other digits: %s', (number) => {
    expect(lossesOf(`{"a":${number}}`)).toEqual(['a number']);
    expect(lossesOf(`{"data":{"x": ${number} ,"y":7}}`)).toEqual(['data.x number']);
  });

  it('inside a text is not a number', () => {
    expect(lossesOf('{"a":"1.0","1.0":"b","c":"\\"1.0","d":"\\\\"}')).toEqual([]);
  });
});

describe('a name', () => {
  it.each([
    ['{"a":1,"a":1}', ['a duplicate']],
    ['{"a":1,"\\u0061":2}', ['a duplicate']],
    ['{"a":{"b":1},"c":{"b":1,"b":{}}}', ['c.b duplicate']],
    ['{"__proto__":1,"__proto__":2}', ['__proto__ duplicate']],
    ['{"a":[1,2],"a":[]}', ['a duplicate']],
    ['{"":1,"":2,"":3}', [' duplicate', ' duplicate']],
    ['{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}', []],
    ['{"a":1,"A":2,"a ":3,"\u00e9":4,"e\u0301":5,"constructor":6,"toString":7}', []],
  ])('loses a value if it occurs twice in one object: %s', (text, losses) => {
    expect(lossesOf(text)).toEqual(losses);
  });
});

describe('an answer of the API', () => {
  it('keeps the digits of its numbers', () => {
    const text = '{"payload":{"a":1610521604143693812,"b":0.10,"c":7,"d":[1e5],"__proto__":1.0},"ttl":86400}';
    expect(JSON.stringify(parseKeepingDigits(text))).toBe(
      '{"payload":{"a":"1610521604143693812","b":"0.10","c":7,"d":["1e5"],"__proto__":"1.0"},"ttl":86400}',
    );
  });
});

describe('text', () => {
  it('that is not JSON gets the place of its fault, without a quotation', () => {
    expect(lossesOf('{"token" secret}')).toBe('is not JSON (character 10): a colon is missing before it');
    expect(lossesOf('secret')).toBe('is not JSON (character 1): no command; a command is one JSON object: {…}');
    expect(lossesOf('\uFEFF{}')).toBe('starts with a byte order mark (U+FEFF): send the JSON without it');
  });

  it('loses nothing if JavaScript has written it', () => {
    const keys = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', '__proto__', '{', ',', '1.0'));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(null, true, '\\', '"', '1.0'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2, '\t'), (json, indent) => {
        const text = JSON.stringify(json, null, indent);
        expect(readJson(text)).toEqual({ json: JSON.parse(text), losses: [] });
      }),
    );
  });

  it('may have any depth and a message’s full length', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(lossesOf(`{"data":{"x":${deep}}}`)).toEqual([]);
    const many = `{"a":"${'\\"'.repeat(400_000)}"}`;
    expect(lossesOf(many)).toEqual([]);
  });
});
