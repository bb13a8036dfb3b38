import { describe, expect, test } from 'vitest';
import { budgetOf } from '../../../../../lib/config/rate/budget.ts';
import { limits } from '../../../../world/shipped-rates.ts';

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
