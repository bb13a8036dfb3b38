import { describe, expect, test } from 'vitest';
import { planPipeline } from '../../../../../lib/config/rate/pipeline-plan.ts';
import { limits, shipped } from '../../../../world/shipped-rates.ts';

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
});
