import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AccountLimits,
  budgetOf,
  callTimeoutMilliseconds,
  describe as describePlans,
  type LaneDemand,
  leastReachedCallsPerSecond,
  type PipelineDemand,
  plannedCalls,
  plannedCallsWithoutCrash,
  planPipeline,
  reservedConcurrency,
  urgentQrSeconds,
} from '../../../../lib/config/rate-budget.ts';

const limits: AccountLimits = { callsPerSecond: 1_000, qrCallsPerSecond: 25, headroom: 0.95, leftToOthers: 0 };
const shipped: PipelineDemand = {
  lanes: {
    transactional: { rateShare: 0.076, batchSize: 10, windowSeconds: 0 },
    campaign: { rateShare: 0.863, batchSize: 1_000, windowSeconds: 5 },
  },
  qrRateShare: 1,
  expiryRateShare: 0.02,
  readRateShare: 0.019,
};
const producer = (source: string) => ({ source, principals: [], lanes: ['campaign'], templates: ['A1b3'] });
const settings = { producers: [producer('crm')], http: { concurrency: 20 } };

describe('the budget', () => {
  test('is the part of the limits that headroom and other systems leave', () => {
    expect(budgetOf(limits)).toEqual({ callsPerSecond: 950, qrCallsPerSecond: 23 });
    expect(budgetOf({ ...limits, leftToOthers: 0.2 })).toEqual({ callsPerSecond: 760, qrCallsPerSecond: 19 });
  });

  test('loses no call to binary fractions', () => {
    // 0.57 × 100 is 56.99999999999999 in floating point
    expect(budgetOf({ ...limits, callsPerSecond: 100, headroom: 0.57 }).callsPerSecond).toBe(57);
  });
});

describe('the plan of the shipped pipeline', () => {
  const { faults, ...plan } = planPipeline(limits, shipped);

  test('has the concurrency, pace, timeout and visibility timeout that the arithmetic by hand gives', () => {
    expect(faults).toEqual([]);
    const workers = { ...Object.fromEntries(plan.plans.map(({ lane, link }) => [lane, link])), qr: plan.qr };
    const numbers = Object.entries(workers).map(([name, worker]) => [
      name,
      worker?.concurrency,
      worker?.callsPerSecond,
      worker?.gap,
      worker?.afterCrash,
      worker?.batchSize,
      worker?.callsInFlight,
      worker?.timeoutSeconds,
      worker?.visibilityTimeoutSeconds,
    ]);
    expect(numbers).toEqual([
      ['transactional', 4, 16, 'after', 2, 10, 32, 30, 180],
      ['campaign', 13, 63, 'before', 0, 1_000, 126, 60, 365],
      ['qr', 2, 11, 'before', 0, 46, 22, 60, 361],
    ]);
  });

  test('gives the campaign lane a high utilisation and the transactional lane short batches', () => {
    const [transactional, campaign] = plan.plans;
    // 1000/63 = 15.87 s of 15.87 + 0.02 + 0.2 + 0.1; 10/16 = 0.63 s of 9/16 + 0.2 + 0.1
    expect(campaign?.link.utilisation).toBeCloseTo(0.98, 3);
    expect(transactional?.link.utilisation).toBeCloseTo(0.725, 3);
    expect(transactional?.link.busySeconds).toBeLessThan(0.65);
  });

  test('reaches less if a mapping fills a batch only for a free environment: 100 receives of 20 ms for the campaign lane', () => {
    const [transactional, campaign] = plan.plans;
    // 1000/63 = 15.87 s of 15.87 + 0.02 + 0.2 + 0.1 + 2 s
    expect(campaign?.link.leastUtilisation).toBeCloseTo(0.8727, 4);
    expect(transactional?.link.leastUtilisation).toBeCloseTo(0.708, 3);
    expect(Math.round(leastReachedCallsPerSecond(plan))).toBe(815);
  });

  test('lets an urgent QR code wait for ten seconds at most, behind a campaign’s', () => {
    // Twice 46/11 + 1/11 + 0.2 + 0.1 s, and the window
    expect(plan.qr && urgentQrSeconds(plan.qr)).toBeCloseTo(10.15, 2);
  });

  test('has one reader, whose turns of four seconds are full batches', () => {
    expect(plan.reader).toEqual({
      concurrency: 1,
      callsPerSecond: 18,
      gap: 'before',
      afterCrash: 0,
      batchSize: 72,
      busySeconds: 4,
      utilisation: expect.closeTo(0.9184, 4),
      callsInFlight: 36,
      timeoutSeconds: 30,
    });
  });

  test('sends at most 950 calls a second: 4 × (16 + 2) + 13 × 63 + 2 × 11 + 2 × 9 + 1 × 18 + 1', () => {
    expect(plannedCalls(plan)).toEqual({ callsPerSecond: 950, qrCallsPerSecond: 22 });
    expect(plannedCallsWithoutCrash(plan)).toEqual({ callsPerSecond: 942, qrCallsPerSecond: 22 });
    expect(reservedConcurrency(plan, settings)).toBe(36);
  });

  test.each([
    ['20 of the HTTP API and 20 of its authorizer', {}, 76],
    ['20 of the HTTP API, which has no keys', { keys: false, iam: true }, 56],
  ])('reserves more if a producer uses the HTTP API: %s', (_, http, reserved) => {
    const producers = [producer('product'), { ...producer('crm'), http }];
    expect(reservedConcurrency(plan, { ...settings, producers })).toBe(reserved);
  });

  test('is printed as a table', () => {
    expect(describePlans('OneLink-production', limits, plan, settings)).toBe(
      [
        'OneLink-production: at most 950 of 950 calls/s, 22 of 23 QR calls/s; 815–905 calls/s (86–95 %) under a backlog; reserves 36 Lambda environments',
        '  worker                    C × r       batch        busy utilisation     timeout  visibility',
        '  transactional    4 × (16 + 2)/s          10       0.6 s     71–72 %        30 s       180 s',
        '  campaign              13 × 63/s        1000      15.9 s     87–98 %        60 s       365 s',
        '  QR                     2 × 11/s          46       4.2 s     89–91 %        60 s       361 s',
        '  expiry                  2 × 9/s         500      55.6 s     98–99 %       120 s      1020 s',
        '  reader                 1 × 18/s          72       4.0 s        92 %        30 s           -',
      ].join('\n'),
    );
  });
});

describe('the reader', () => {
  test('whose share leaves less than one call a second is refused', () => {
    const { reader, faults } = planPipeline(limits, { ...shipped, readRateShare: 0.001 });
    expect(reader).toBeUndefined();
    expect(faults).toEqual([
      { path: ['readRateShare'], message: 'must leave the reader at least 1 call/s: r = floor(0.001 × 950) = 0' },
    ]);
  });

  test('of a large account answers with at most 250 links, which Lambda’s 6 MB hold', () => {
    expect(planPipeline({ ...limits, callsPerSecond: 10_000 }, shipped).reader).toMatchObject({
      callsPerSecond: 180,
      batchSize: 250,
    });
  });
});

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
