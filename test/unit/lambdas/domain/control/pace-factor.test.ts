import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PaceFactor } from '../../../../../lambdas/domain/control/pace-factor.ts';

/** Sends at the factor's pace for so long. @returns the mean factor and the number of refused calls, after the first so many seconds */
function play(callsPerSecond: number, seconds: number, isRefused: (call: number) => boolean, settlingSeconds = 0) {
  const factor = new PaceFactor(callsPerSecond);
  let [sum, calls, refused] = [0, 0, 0];
  for (let now = 0, call = 0; now < seconds * 1000; call++) {
    const isCounted = now >= settlingSeconds * 1000;
    if (isRefused(call)) {
      factor.refused(now);
      if (isCounted) refused++;
    }
    if (isCounted) calls++;
    now += 1000 / callsPerSecond / factor.at(now);
    if (isCounted) sum++;
  }
  return { factor, mean: sum / (callsPerSecond * (seconds - settlingSeconds)), calls, refused };
}

describe('the factor of a pace', () => {
  it('loses a 33rd of a second’s calls with each 429, and a twentieth of the pace returns each second', () => {
    // Given
    const factor = new PaceFactor(50);
    expect(factor.at(0)).toBe(1);
    // When
    factor.refused(0);
    factor.refused(0);
    // Then
    expect(factor.at(0)).toBeCloseTo(1 - 2 / 30);
    expect(factor.at(1_000)).toBeCloseTo(1 - 2 / 30 + 0.05);
    expect(factor.at(2_000)).toBe(1);
  });

  it.each([1, 4, 64])('falls to a tenth at the lowest, at a pace of %s', (callsPerSecond) => {
    const factor = new PaceFactor(callsPerSecond);
    for (let call = 0; call < 100; call++) factor.refused(0);
    expect(factor.at(0)).toBe(0.1);
    factor.refused(10);
    expect(factor.at(10)).toBe(0.1);
    expect(factor.at(18_010)).toBe(1);
  });

  it('begins at a tenth after a failure of the API', () => {
    const factor = new PaceFactor(64);
    factor.easeIn(5_000);
    expect(factor.at(5_000)).toBe(0.1);
    expect(factor.at(15_000)).toBeCloseTo(0.6);
  });

  it.each([
    // pace, one of so many calls is refused, the mean factor
    [64, 100, 0.995],
    [32, 100, 0.99],
    [19, 100, 0.985],
    [11, 100, 0.975],
    [64, 10, 0.3],
    [19, 10, 0.3],
    [64, 5, 0.15],
    [64, 1, 0.1],
    [4, 1, 0.1],
  ])('at a pace of %s, of which one call in %s is refused, it settles at about %s', (pace, every, expected) => {
    const { mean } = play(pace, 400, (call) => call % every === every - 1, 60);
    expect(mean).toBeGreaterThan(expected - 0.02);
    expect(mean).toBeLessThan(expected + 0.02);
  });

  it('is at a tenth after two seconds of refused calls', () => {
    expect(play(64, 2, () => true).factor.at(2_000)).toBeLessThan(0.11);
    expect(play(19, 2, () => true).factor.at(2_000)).toBeLessThan(0.11);
  });
});

describe('for arbitrary refusals', () => {
  const refusals = fc.array(fc.boolean(), { minLength: 1, maxLength: 400, size: 'max' });
  const pace = fc.integer({ min: 1, max: 100 });

  it('is never above 1 or below a tenth, and at 1 again after 18 seconds', () => {
    fc.assert(
      fc.property(pace, refusals, fc.array(fc.nat(5_000), { minLength: 1 }), (callsPerSecond, refused, pauses) => {
        const factor = new PaceFactor(callsPerSecond);
        let now = 0;
        for (const [index, isRefused] of refused.entries()) {
          if (isRefused) factor.refused(now);
          expect(factor.at(now)).toBeLessThanOrEqual(1);
          expect(factor.at(now)).toBeGreaterThanOrEqual(0.1);
          now += pauses[index % pauses.length] ?? 0;
        }
        expect(factor.at(now + 18_000)).toBe(1);
      }),
    );
  });

  it('bounds the waste: T seconds have at most r × (0.54 + 0.03 × T) 429s above the lowest pace, and r / 10 a second at it', () => {
    fc.assert(
      fc.property(pace, refusals, (callsPerSecond, pattern) => {
        const seconds = 30;
        const { refused } = play(callsPerSecond, seconds, (call) => pattern[call % pattern.length] ?? false);
        const above = callsPerSecond * (0.54 + 0.03 * seconds);
        // One call of the last step, and one at the start.
        expect(refused).toBeLessThanOrEqual(above + (callsPerSecond / 10) * seconds + 2);
      }),
    );
  });
});
