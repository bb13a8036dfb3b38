import { describe, expect, it } from 'vitest';
import { isLater } from '../../../../../lambdas/domain/link/ledger-record.ts';

const change = (requestedAt: string, requestId: string) => ({ requestedAt, requestId });

describe('of two changes of one link', () => {
  it.each([
    [
      'the change requested later comes later, across time zones',
      change('2026-03-10T01:00:00Z', 'a'),
      change('2026-03-10T09:00:00+09:00', 'z'),
    ],
    ['milliseconds count', change('2026-03-10T09:00:00.002Z', 'a'), change('2026-03-10T09:00:00.001Z', 'b')],
    ['a whole second is its first', change('2026-03-10T09:00:00.001Z', 'a'), change('2026-03-10T09:00:00Z', 'b')],
    [
      'the request ID orders two changes of the same instant, for all readers alike',
      change('2026-03-10T10:00:00+01:00', 'b'),
      change('2026-03-10T09:00:00Z', 'a'),
    ],
  ])('%s', (_, later, earlier) => {
    expect(isLater(later, earlier)).toBe(true);
    expect(isLater(earlier, later)).toBe(false);
  });

  it('neither is later than itself', () => {
    expect(isLater(change('2026-03-10T09:00:00Z', 'a'), change('2026-03-10T09:00:00Z', 'a'))).toBe(false);
  });
});
