import { describe, expect, test } from 'vitest';
import { compilePattern } from '../../../../local/cloud/lambda/event-pattern.ts';

describe('an event pattern', () => {
  test.each([
    ['an exact value', { a: ['x'] }, { a: 'x' }, { a: 'X' }],
    ['one of several values', { a: ['x', 7, null] }, { a: 7 }, { a: '7' }],
    ['null, which is not nothing', { a: [null] }, { a: null }, {}],
    ['every field', { a: ['x'], b: { c: ['y'] } }, { a: 'x', b: { c: 'y' } }, { a: 'x', b: { c: 'z' } }],
    ['an entry of a list', { a: ['x'] }, { a: ['w', 'x'] }, { a: ['w'] }],
    ['an object within a list', { a: { b: ['x'] } }, { a: [{ b: 'w' }, { b: 'x' }] }, { a: [{ b: 'w' }] }],
    ['prefix', { a: [{ prefix: 'link#' }] }, { a: 'link#1' }, { a: 'request#link#' }],
    ['exists', { a: [{ exists: true }] }, { a: '' }, { b: '' }],
    ['exists, for values alone', { a: [{ exists: true }] }, { a: null }, { a: { S: 'x' } }],
    ['exists: false', { a: { b: [{ exists: false }] } }, {}, { a: { b: 0 } }],
    ['no inherited property', { constructor: [{ exists: false }] }, {}, { constructor: 'x' }],
  ])('matches %s', (_, pattern, matching, other) => {
    const matches = compilePattern(JSON.stringify(pattern));

    expect([matches(matching), matches(other)]).toEqual([true, false]);
  });

  test.each([
    [{ a: { b: ['x', { wildcard: '*' }] } }, '$.a.b[1].wildcard: this comparison is not implemented here'],
    [{ a: [{ numeric: ['>', 1] }] }, '$.a[0].numeric: this comparison is not implemented here'],
    [{ a: [{ prefix: 'x', suffix: 'y' }] }, '$.a[0]: must be one comparison'],
    [{ $or: [{ a: ['x'] }] }, '$.$or: this comparison is not implemented here'],
    [{ a: [{ prefix: 5 }] }, '$.a[0].prefix: must be a text'],
    [{ a: 'x' }, '$.a: must be an object, or a list that is not empty'],
    [{ a: [] }, '$.a: must be an object, or a list that is not empty'],
    [{ a: {} }, '$.a: must not be empty'],
    [{ a: [['x']] }, '$.a[0]: must be a value or a comparison'],
    [[], '$: must be an object'],
  ])('%j is refused', (pattern, message) => {
    expect(() => compilePattern(JSON.stringify(pattern))).toThrow(message);
  });
});
