import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccountLimits } from '../../../../../lib/config/rate/budget.ts';
import { type LaneDemand, planPipeline } from '../../../../../lib/config/rate/pipeline-plan.ts';
import { callTimeoutMilliseconds } from '../../../../../lib/config/rate/worker-plan.ts';
import { limits, shipped } from '../../../../world/shipped-rates.ts';

describe('a lane that cannot be paced', () => {
  const faultOf = (demand: Partial<LaneDemand>, of = limits) =>
    planPipeline(of, {
      ...shipped,
      lanes: { bulk: { rateShare: 0.5, batchSize: 1_000, windowSeconds: 5, ...demand } },
    }).faults;

  const tooSlow = 'must leave each environment at least 1 call/s';
  const tooLong = 'a batch may take at most half of Lambda’s 900 s at its normal pace';

  test.each<[string, Partial<LaneDemand>, setting: string, message: string]>([
    [
      'its share is too small',
      { rateShare: 0.001 },
      'rateShare',
      `${tooSlow}: R = floor(0.001 × 950) = 0 calls/s, C = max(2, ceil(0 × 15 s / 1000)) = 2, r = floor(0 / 2) = 0; raise the share`,
    ],
    [
      'its batches are too small for its window',
      { batchSize: 5 },
      'rateShare',
      `${tooSlow}: R = floor(0.5 × 950) = 475 calls/s, C = max(2, ceil(475 × 15 s / 5)) = 1425, r = floor(475 / 1425) = 0; raise the share`,
    ],
    [
      'a batch takes longer than Lambda allows',
      { rateShare: 0.01, batchSize: 10_000 },
      'batchSize',
      `${tooLong}: R = floor(0.01 × 950) = 9 calls/s, C = max(2, ceil(9 × 15 s / 10000)) = 2, r = floor(9 / 2) = 4, 10000 / 4 = 2500 s`,
    ],
  ])('because %s is refused with the arithmetic', (_, demand, setting, message) => {
    expect(faultOf(demand)).toEqual([{ path: ['lanes', 'bulk', setting], message }]);
  });

  test('because it needs more environments than a mapping can have is refused', () => {
    const [fault] = faultOf({ rateShare: 1, batchSize: 20 }, { ...limits, callsPerSecond: 10_000 });
    expect(fault?.message).toContain('must need at most 1,000 environments (SQS event source mappings)');
  });
});

describe('every accepted plan', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const demand: fc.Arbitrary<LaneDemand> = fc.record({
    rateShare: share,
    batchSize: fc.integer({ min: 1, max: 10_000 }),
    windowSeconds: fc.integer({ min: 0, max: 300 }),
  });
  const anyLanes = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), demand, { maxKeys: 4 });
  const anyLimits: fc.Arbitrary<AccountLimits> = fc.record({
    callsPerSecond: fc.integer({ min: 1, max: 20_000 }),
    qrCallsPerSecond: fc.integer({ min: 1, max: 1_000 }),
    headroom: fc.double({ min: 0.01, max: 1, noNaN: true }),
    leftToOthers: fc.double({ min: 0, max: 0.99, noNaN: true }),
  });

  test('keeps each worker within its share and within the limits of Lambda and SQS', () => {
    fc.assert(
      fc.property(anyLimits, anyLanes, share, (of, lanes, qrRateShare) => {
        const { plans, qr, faults } = planPipeline(of, { ...shipped, lanes, qrRateShare });
        const refused = new Set(faults.map(({ path }) => path[1] ?? path[0]));
        expect(plans.map(({ lane }) => lane)).toEqual(Object.keys(lanes).filter((lane) => !refused.has(lane)));
        expect(qr === undefined).toBe(refused.has('qrRateShare'));
        const usable = of.headroom * (1 - of.leftToOthers);
        const asked = [
          ...plans.map(({ lane, link }) => [link, (lanes[lane]?.rateShare ?? 0) * of.callsPerSecond * usable] as const),
          ...(qr === undefined ? [] : [[qr, qrRateShare * of.qrCallsPerSecond * usable] as const]),
        ];
        for (const [worker, most] of asked) {
          expect(worker.concurrency * (worker.callsPerSecond + worker.afterCrash)).toBeLessThanOrEqual(most + 1e-6);
          expect([worker.gap, worker.afterCrash]).toEqual(
            worker.windowSeconds > 0 ? ['before', 0] : ['after', 1 + Math.ceil(0.02 * worker.callsPerSecond)],
          );
          expect(Number.isInteger(worker.callsPerSecond) && worker.callsPerSecond >= 1).toBe(true);
          expect(worker.concurrency).toBeGreaterThanOrEqual(2);
          expect(worker.concurrency).toBeLessThanOrEqual(1_000);
          expect(worker.timeoutSeconds).toBeGreaterThanOrEqual((2 * worker.batchSize) / worker.callsPerSecond);
          expect(worker.timeoutSeconds * 1_000).toBeGreaterThanOrEqual(3 * callTimeoutMilliseconds);
          expect(worker.timeoutSeconds).toBeLessThanOrEqual(900);
          // SQS's longest visibility timeout is 12 hours
          expect(worker.visibilityTimeoutSeconds).toBe(6 * worker.timeoutSeconds + worker.windowSeconds);
          expect(worker.visibilityTimeoutSeconds).toBeLessThanOrEqual(43_200);
          expect(worker.callsInFlight >= 4 && worker.callsInFlight <= 250).toBe(true);
          expect(worker.utilisation > 0 && worker.utilisation < 1).toBe(true);
          expect(worker.leastUtilisation > 0 && worker.leastUtilisation < worker.utilisation).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
