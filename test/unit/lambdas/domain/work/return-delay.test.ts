import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReturnCause, returnDelaySeconds } from '../../../../../lambdas/domain/work/return-delay.ts';

/** The shortest and the longest delay after one delivery. */
const ends = (cause: ReturnCause, receiveCount: number) => [
  returnDelaySeconds(cause, receiveCount, 0),
  returnDelaySeconds(cause, receiveCount, 1),
];

describe('a returned message', () => {
  it.each<[ReturnCause, number, [number, number]]>([
    ['try-again', 1, [5, 10]],
    ['try-again', 2, [10, 20]],
    ['try-again', 5, [80, 160]],
    ['try-again', 12, [10_240, 20_480]],
    ['try-again', 13, [10_800, 21_600]],
    ['account-blocked', 1, [60, 120]],
    ['account-blocked', 3, [240, 480]],
    ['account-blocked', 6, [450, 900]],
    ['api-outage', 1, [60, 120]],
    ['lane-paused', 1, [60, 120]],
    ['lane-paused', 12, [450, 900]],
    ['out-of-time', 1, [3, 5]],
    ['out-of-time', 4, [20, 40]],
  ])('stays away for a jittered, doubling time: %s, delivery %i', (cause, receiveCount, expected) => {
    expect(ends(cause, receiveCount)).toEqual(expected);
  });

  it('has a delay spread evenly between the two ends', () => {
    expect(returnDelaySeconds('try-again', 5, 0.5)).toBe(120);
  });

  it('is tried for 29 to 60 hours in 20 deliveries', () => {
    const seconds = (random: number) =>
      Array.from({ length: 20 }, (_, index) => returnDelaySeconds('try-again', index + 1, random)).reduce(
        (a, b) => a + b,
      );
    expect(seconds(0) / 3600).toBeGreaterThan(29);
    expect(seconds(1) / 3600).toBeLessThan(60);
  });

  it('has a delay of whole seconds that SQS allows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<ReturnCause>('try-again', 'account-blocked', 'api-outage', 'lane-paused', 'out-of-time'),
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (cause, receiveCount, random) => {
          const delay = returnDelaySeconds(cause, receiveCount, random);
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(21_600);
        },
      ),
    );
  });
});
