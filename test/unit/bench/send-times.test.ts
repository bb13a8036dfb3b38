import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countBetween, fullestSecond } from '../../bench/world/send-times.ts';

describe('the fullest second', () => {
  test('is half-open: a send exactly a second later is not in it', () => {
    expect(fullestSecond(Float64Array.of(0, 500, 999.9, 1000, 1400))).toBe(4);
    expect(fullestSecond(Float64Array.of(0, 1000, 2000))).toBe(1);
    expect(fullestSecond(new Float64Array())).toBe(0);
  });

  test('is the maximum over all windows that begin with a send', () => {
    const sends = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(sends, (unordered) => {
        const times = Float64Array.from(unordered).sort();
        const counts = [...times].map((from) => countBetween(times, from, from + 1_000));
        expect(fullestSecond(times)).toBe(Math.max(...counts));
      }),
    );
  });
});
