import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Reservoir } from '../../../../../cli/commands/verify/reservoir.ts';
import { spareCallsPerSecond } from '../../../../../cli/pipeline/spare-rate.ts';
import { config } from '../../../../../examples/configuration.ts';
import type { Configuration } from '../../../../../lib/config/config-schema.ts';

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

/** Two stages on an account of 500 calls per second, with a budget of 450. */
function givenConfiguration(rateShare: number): Configuration {
  const copy = structuredClone(config);
  Object.assign(copy.accounts.acme ?? {}, {
    callsPerSecond: 500,
    qrCallsPerSecond: 100,
    headroom: 0.9,
    leftToOthers: 0,
  });
  for (const { pipelines } of Object.values(copy.stages)) {
    for (const pipeline of pipelines) {
      const lane = pipeline.lanes.campaign ?? expect.fail('no campaign lane');
      pipeline.account = 'acme';
      pipeline.expiryRateShare = 0.02;
      pipeline.lanes = { campaign: { ...lane, rateShare, qrShare: 0.2, batchSize: 1_000, windowSeconds: 5 } };
    }
  }
  return copy;
}

describe('the spare rate', () => {
  test('is the budget minus the calls that the workers and governors of all stages may send', () => {
    // Each stage: floor(0.4 × 450) = 180 as 2 × 90, QR floor(0.2 × 90) = 18 as 2 × 9, expiry 9 as 2 × 4, governor 1.
    expect(spareCallsPerSecond(givenConfiguration(0.4), 'acme')).toBe(450 - 2 * (180 + 18 + 8 + 1));
  });

  test('is one call per second if nothing is left, or if the account is unknown', () => {
    expect(spareCallsPerSecond(givenConfiguration(0.44), 'acme')).toBe(1);
    expect(spareCallsPerSecond(givenConfiguration(0.4), 'unknown')).toBe(1);
  });

  test('of an account without a pipeline is its whole budget', () => {
    expect(spareCallsPerSecond(givenConfiguration(0.4), 'acmeStaging')).toBe(950);
  });
});
