import { describe, expect, it } from 'vitest';
import { ageWords, isOld, sinceWords } from '../../../console/state/ages.ts';
import { bytes, instant, number, rate, share, title } from '../../../console/state/words.ts';

const now = Date.UTC(2026, 10, 28, 12, 0, 0);

describe('numbers on the page', () => {
  it('shows a number that nobody knows as unknown, and never as 0', () => {
    expect([number(null), number(undefined), rate(null), share(null), instant(null)]).toEqual([
      'unknown',
      'unknown',
      'unknown',
      'unknown',
      'unknown',
    ]);
    expect([number(0), rate(0), share(0)]).toEqual(['0', '0', '0.0 %']);
  });

  it('groups thousands, and gives small rates a digit after the point', () => {
    expect([number(1_234_567), rate(0.44), rate(9.96), rate(641.4)]).toEqual(['1,234,567', '0.4', '10.0', '641']);
  });

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_000, '1.0 KB'],
    [48_112_003, '48.1 MB'],
    [5_000_000_000_000, '5000.0 GB'],
  ])('shows %d bytes as %s', (count, words) => {
    expect(bytes(count)).toBe(words);
  });

  it.each([
    ['dead-letters', 'Dead letters'],
    ['qr-stored', 'QR stored'],
    ['', ''],
  ])('gives %s the title %s', (name, words) => {
    expect(title(name)).toBe(words);
  });
});

describe('the age of a number', () => {
  it.each([
    [null, 'age unknown'],
    [now, 'as of now'],
    [now - 1_400, 'as of now'],
    [now - 12_000, 'as of 12 s ago'],
    [now - 3_725_000, 'as of 1 h 2 min ago'],
  ])('of %s is: %s', (at, words) => {
    expect(ageWords(at, now)).toBe(words);
  });

  it('stands out once it is older than such a number gets', () => {
    expect(isOld(now - 31_000, now, 30)).toBe(true);
    expect(isOld(now - 31_000, now, 240)).toBe(false);
    expect(isOld(null, now, 240)).toBe(true);
  });

  it.each([
    [now - 60_000, '1 min ago'],
    [now - 10_555_000, '2 h ago'],
    [now + 60_000, 'in 1 min'],
    [now + 400, 'now'],
  ])('words an event at %d', (at, words) => {
    expect(sinceWords(at, now)).toBe(words);
  });
});
