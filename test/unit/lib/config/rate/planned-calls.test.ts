import { describe, expect, test } from 'vitest';
import { planPipeline } from '../../../../../lib/config/rate/pipeline-plan.ts';
import {
  arithmeticOf,
  leastReachedCallsPerSecond,
  plannedCalls,
  plannedCallsWithoutCrash,
  reachedCallsPerSecond,
} from '../../../../../lib/config/rate/planned-calls.ts';
import { limits, shipped } from '../../../../world/shipped-rates.ts';

describe('the shipped pipeline', () => {
  const plan = planPipeline(limits, shipped);

  test('sends at most 950 calls a second', () => {
    expect(plannedCalls(plan)).toEqual({ callsPerSecond: 950, qrCallsPerSecond: 22 });
    expect(arithmeticOf(plan)).toBe(
      'transactional 4 × (16 + 2) + campaign 13 × 63 + QR 2 × 11 + expiry 2 × 9 + reader 1 × 18 + governor 1',
    );
    expect(plannedCallsWithoutCrash(plan)).toEqual({ callsPerSecond: 942, qrCallsPerSecond: 22 });
  });

  test('reaches 905 of them, and 815 if a mapping fills a batch only for a free environment', () => {
    expect(Math.round(reachedCallsPerSecond(plan))).toBe(905);
    expect(Math.round(leastReachedCallsPerSecond(plan))).toBe(815);
  });
});
