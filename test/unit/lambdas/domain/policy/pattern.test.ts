import { describe, expect, test } from 'vitest';
import { matches, patternsOverlap } from '../../../../../lambdas/domain/policy/pattern.ts';

describe('a pattern', () => {
  test.each([
    ['*', '', true],
    ['*', 'anything', true],
    ['a*', 'ab', true],
    ['a*', 'ba', false],
    ['*a', 'ba', true],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'aXcYb', false],
    ['ab*ba', 'aba', false],
    ['a.c', 'abc', false],
    ['a', 'A', false],
  ])('%s against %j', (pattern, text, expected) => {
    expect(matches(text, pattern)).toBe(expected);
  });

  test('of many stars takes linear time', () => {
    expect(matches('a'.repeat(2_000), `${'a*'.repeat(50)}b`)).toBe(false);
  });
});

describe('two patterns', () => {
  test.each([
    ['email', 'email', true],
    ['email', 'sms', false],
    ['spring-*', 'spring-sale', true],
    ['spring-*', 'summer-sale', false],
    ['spring-*', '*-sale', true],
    ['spring-*', 'spring-s*', true],
    ['spring-*', 'summer-*', false],
    ['*-sale', '*-test', false],
    ['a*b*c', 'a*d*c', true],
    ['ab*ba', 'aba', false],
    ['*', 'anything', true],
  ])('%s and %s', (one, other, expected) => {
    expect([patternsOverlap(one, other), patternsOverlap(other, one)]).toEqual([expected, expected]);
  });
});
