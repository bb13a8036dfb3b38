import { describe, expect, test } from 'vitest';
import { planPipeline } from '../../../../../lib/config/rate/pipeline-plan.ts';
import { limits, shipped } from '../../../../world/shipped-rates.ts';

describe('the reader', () => {
  test('of the shipped pipeline has one environment, whose turns of four seconds are full batches', () => {
    expect(planPipeline(limits, shipped).reader).toEqual({
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
