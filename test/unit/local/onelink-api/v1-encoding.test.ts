import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOf, jsonOf } from '../../../../local/onelink-api/data/fields.ts';
import { asStored, queryCharacters, withoutEncoding } from '../../../../local/onelink-api/v1/encoding.ts';

const fields = (data: Readonly<Record<string, unknown>>) => fieldsOf(JSON.stringify(data)) ?? new Map();
const stored = (data: Readonly<Record<string, unknown>>) => JSON.parse(jsonOf(asStored(fields(data))));
const length = (data: Readonly<Record<string, unknown>>) => queryCharacters(asStored(fields(data)));

describe('what v1.0 stores', () => {
  it.each([...`;*!@#?$^:&~=+'’></\``])('Given %s is not encoded, Then it is a blank', (character) => {
    expect(stored({ [`a${character}b`]: `c${character}${character}d` })).toEqual({ 'a b': 'c  d' });
  });

  it.each([...'%,.-_()[]{}|\\"äあ '])('Given %s, Then it stays', (character) => {
    expect(stored({ pid: `c${character}d` })).toEqual({ pid: `c${character}d` });
  });

  it('Given text that its caller encoded twice where it held a per cent sign, Then it comes back', () => {
    const encode = (text: string) => text.replace(/[^A-Za-z0-9]/gu, (piece) => inPercent(piece));
    const inPercent = (piece: string) =>
      [...new TextEncoder().encode(piece)]
        .map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`)
        .join('');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        const kept = asStored(fields({ pid: encode(text.toWellFormed()) }));
        expect(JSON.parse(jsonOf(withoutEncoding(kept)))).toEqual({ pid: text.toWellFormed() });
      }),
    );
  });
});

describe('the length of the query string of v1.0', () => {
  it.each([
    [{ pid: 'sms' }, 'pid=sms'.length],
    [{ pid: 'sms', c: '' }, 'pid=sms&c='.length],
    [{ pid: 'a%2Fb' }, 'pid=a%2Fb'.length],
    [{ pid: 'a/b' }, 'pid=a%20b'.length],
    [{ pid: 'a b' }, 'pid=a%20b'.length],
    [{ pid: 'ä' }, 'pid=%C3%A4'.length],
    [{ pid: '100%' }, 'pid=100%25'.length],
    [{ pid: 'a%252Fb' }, 'pid=a%252Fb'.length],
    [{ pid: 'a-b_c.d' }, 'pid=a-b_c.d'.length],
    [{ pid: '春😀' }, 'pid=%E6%98%A5%F0%9F%98%80'.length],
    [{ pid: true, n: 12 }, 'pid=true&n=12'.length],
    // The Kelvin sign and the long s equal k and s only where the case of letters does not count.
    [{ pid: '\u212a\u017f' }, 'pid=%E2%84%AA%C5%BF'.length],
    [{ pid: '\ud800' }, 'pid=%EF%BF%BD'.length],
    [{}, 0],
  ])('Given %j, Then it is %i', (data, expected) => {
    expect(length(data)).toBe(expected);
  });
});
