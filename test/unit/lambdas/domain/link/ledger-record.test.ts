import { describe, expect, it } from 'vitest';
import { isLater } from '../../../../../lambdas/domain/link/ledger-record.ts';

const change = (requestedAt: string, requestId: string) => ({ requestedAt, requestId });

describe('of two changes of one link', () => {
  it('the change requested later comes later, across time zones', () => {
    const morning = change('2026-03-10T09:00:00+09:00', 'z');
    const noon = change('2026-03-10T01:00:00Z', 'a');
    expect(isLater(noon, morning)).toBe(true);
    expect(isLater(morning, noon)).toBe(false);
  });

  it('milliseconds count', () => {
    expect(isLater(change('2026-03-10T09:00:00.002Z', 'a'), change('2026-03-10T09:00:00.001Z', 'b'))).toBe(true);
    expect(isLater(change('2026-03-10T09:00:00Z', 'a'), change('2026-03-10T09:00:00.001Z', 'b'))).toBe(false);
  });

  it('the request ID orders two changes of the same instant, for all readers alike', () => {
    const a = change('2026-03-10T09:00:00Z', 'a');
    const b = change('2026-03-10T10:00:00+01:00', 'b');
    expect(isLater(b, a)).toBe(true);
    expect(isLater(a, b)).toBe(false);
  });

  it('neither is later than itself', () => {
    expect(isLater(change('2026-03-10T09:00:00Z', 'a'), change('2026-03-10T09:00:00Z', 'a'))).toBe(false);
  });
});
