import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Reservoir } from '../../../../../cli/commands/verify/reservoir.ts';

describe('a reservoir', () => {
  test('holds the given number of different items of the stream, or all of a short one', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.integer({ min: 1, max: 50 }), (length, size) => {
        const reservoir = new Reservoir<number>(size);
        for (let item = 0; item < length; item++) reservoir.add(item);
        expect(new Set(reservoir.items).size).toBe(Math.min(size, length));
        expect(reservoir.seen).toBe(length);
      }),
    );
  });

  test('gives each item the same chance at any place in the stream', () => {
    // Given a generator whose numbers are known to be even (mulberry32)
    let state = 1;
    const random = () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
    const taken = new Array<number>(10).fill(0);
    // When
    for (let run = 0; run < 10_000; run++) {
      const reservoir = new Reservoir<number>(3, random);
      for (let item = 0; item < 10; item++) reservoir.add(item);
      for (const item of reservoir.items) taken[item] = (taken[item] ?? 0) + 1;
    }
    // Then: 3,000 expected of each; the standard deviation is 46
    for (const times of taken) expect(Math.abs(times - 3_000)).toBeLessThan(230);
  });
});
