import { describe, expect, it } from 'vitest';
import { reason } from '../../../../../lambdas/domain/acts/act.ts';
import { reasonPattern } from '../../../../../lambdas/domain/acts/names.ts';

describe('the reason of an act', () => {
  it.each([
    'x',
    'the vendor has an incident',
    'Störung – bis 10 Uhr',
    '維護',
    'so 🎉',
    'a'.repeat(500),
    '🎉'.repeat(500),
  ])('may be %j', (text) => expect(reason.safeParse(text).success).toBe(true));

  it.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['a blank of another script', '\u3000'],
    ['a leading blank', ' x'],
    ['two lines', 'x\ny'],
    ['a tab', 'x\ty'],
    ['a zero-width space', 'x\u200By'],
    ['a change of direction', 'x\u202Ey'],
    ['a line separator', 'x\u2028y'],
    ['a byte-order mark', '\uFEFFx'],
    ['half a character', 'x\uD83C'],
    ['private use', 'x\uE000'],
    ['501 characters', 'a'.repeat(501)],
  ])('may not be %s', (_, text) => expect(reason.safeParse(text).success).toBe(false));

  it('has a pattern that needs nothing but what the regular expressions of Java, Python and JavaScript share', () => {
    expect(reasonPattern).toMatch(/^\^\[\^(\\u[0-9A-F]{4}-?)+\]\[\^(\\u[0-9A-F]{4}-?)+\]\{0,499\}\$$/);
  });
});
