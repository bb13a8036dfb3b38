import { describe, expect, it } from 'vitest';
import { pauseAfter } from '../../../../../lambdas/domain/http/polling.ts';

describe('the pauses between polls', () => {
  it('begins after 60 ms, because no lane answers sooner', () => {
    expect(pauseAfter(0)).toBe(60);
    expect(pauseAfter(59)).toBe(1);
  });

  it.each([
    [60, 20],
    [400, 20],
    [1_000, 50],
    [5_000, 250],
    [25_000, 250],
  ])('after %i ms, it is %i ms', (waited, pause) => {
    expect(pauseAfter(waited)).toBe(pause);
  });

  it('is longer for a list, whose polls read an item for each open command', () => {
    expect(pauseAfter(60, 11)).toBe(40);
    expect(pauseAfter(60, 100)).toBe(218);
    expect(pauseAfter(2_000, 11)).toBe(100);
    expect(pauseAfter(60, 1_000)).toBe(250);
  });
});
