import { expect, test } from 'vitest';
import { canonicalName } from '../../../../../lambdas/domain/policy/parameter-name.ts';
import { readingsOf } from '../../../../../lambdas/domain/policy/readings.ts';

test('a text is read before and after each decoding, until nothing changes', () => {
  expect(readingsOf('a%2541b')).toEqual({ all: ['a%2541b', 'a%41b', 'aAb'], last: 'aAb' });
});

test('ten decodings are read, and an eleventh is not', () => {
  expect(readingsOf(`%${'25'.repeat(9)}41`).last).toBe('A');
  expect(readingsOf(`%${'25'.repeat(10)}41`).last).toBeUndefined();
});

test.each([
  ['plain', 'a b', 'a b'],
  ['UTF-8 of two, three and four bytes', '%C3%BC%E2%82%AC%F0%9F%98%80', 'ü€😀'],
  ['a byte too few', '%E2%82x', 'x'],
  ['a byte too many', 'x%BF', 'x'],
  ['bytes that never occur', '%FE%FFx', 'x'],
  ['a form that is longer than needed', '%C0%AF%E0%80%AF%F0%80%80%AF', '///'],
  ['a code beyond Unicode', '%F7%BF%BF%BFx', 'x'],
  ['a percent sign that encodes nothing', '100% %zz', '100% %zz'],
  ['blanks and plus signs before it, and no others', ' +\u00a0a + b ', 'a + b '],
])('%s', (_, text, expected) => {
  expect(readingsOf(text).last).toBe(expected);
});

test('a name has one canonical form', () => {
  expect(canonicalName(' %41F_sub5 [a][b]')).toBe('af_sub5');
  expect(canonicalName('[a]')).toBe('[a]');
});
