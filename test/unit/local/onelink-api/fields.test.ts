import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOf, jsonOf, valuesOf } from '../../../../local/onelink-api/data/fields.ts';

const again = (text: string) => {
  const fields = fieldsOf(text);
  return fields && jsonOf(fields);
};

describe('the fields of a JSON object', () => {
  it.each([
    ['{"n":1610521604143693812}'],
    ['{"n":0.1000,"m":-0,"k":1E5,"j":1e400}'],
    ['{"10":1,"2":2,"b":3}'],
    ['{"__proto__":1,"constructor":2,"toString":3}'],
    ['{"a\\"}{":"\\\\","c":[{"d":"]}"},[]],"e":{}}'],
    ['{}'],
  ])('Given %s, Then it is unchanged', (text) => {
    expect(again(text)).toBe(text);
  });

  it('Given blanks and escaped characters, Then the JSON is compact and the numbers are unchanged', () => {
    expect(again(' {\n"a" : [ 1.0 ,\t2 ] , "b\\u00e9" : "\\u00e9 \\/ x" }\r\n')).toBe('{"a":[1.0,2],"bé":"é / x"}');
  });

  it('Given a name twice, Then its last value counts', () => {
    expect(again('{"a":1,"b":2,"a":3}')).toBe('{"a":3,"b":2}');
  });

  it.each([['[]'], ['null'], ['"{}"'], ['7'], [''], ['{'], ['{"a":1,}'], ['\ufeff{}'], ['{"a":01}']])(
    'Given %j, Then it is not an object',
    (text) => {
      expect(fieldsOf(text)).toBeUndefined();
    },
  );

  it('Given arrays a hundred thousand deep, Then they are read without an overflow', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(again(`{"x":${deep},"y":1}`)).toBe(`{"x":${deep},"y":1}`);
  });

  it('Given any object, Then values and JSON equal those of JSON.parse and JSON.stringify', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 2 })),
        fc.nat(3),
        (object, indent) => {
          const text = JSON.stringify(object, null, indent);
          const fields = fieldsOf(text) ?? new Map();
          expect(valuesOf(fields)).toEqual(JSON.parse(text));
          expect(JSON.parse(jsonOf(fields))).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 50 },
    );
  });
});
