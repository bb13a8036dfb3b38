import { describe, expect, it } from 'vitest';
import { barsOf, ceilingOf, linesOf } from '../../../console/parts/chart-shape.ts';

describe('a chart', () => {
  it.each([
    [[], 1],
    [[0, null], 1],
    [[7], 8],
    [[641, 950], 1_000],
    [[280_000], 300_000],
    [[1], 1],
    [[0.3], 0.3],
  ])('has a round number above %j', (values, top) => {
    expect(ceilingOf(values)).toBeCloseTo(top, 9);
  });

  it('interrupts its line where nothing is known', () => {
    expect(linesOf([0, 10, null, 5, 20], 10, 400, 100)).toEqual([
      'M0.00 100.00 L100.00 0.00',
      'M300.00 50.00 L400.00 0.00',
    ]);
  });

  it('has two points for a level run, however long it is', () => {
    expect(linesOf([0, 5, 5, 5, 5, 10, 10], 10, 600, 100)).toEqual([
      'M0.00 100.00 L100.00 50.00 L400.00 50.00 L500.00 0.00 L600.00 0.00',
    ]);
    expect(linesOf([5, 5, null, 5, 5], 10, 400, 100)).toEqual([
      'M0.00 50.00 L100.00 50.00',
      'M300.00 50.00 L400.00 50.00',
    ]);
  });

  it('shows a single point', () => {
    expect(linesOf([null, 5, null], 10, 100, 100)).toEqual(['M50.00 50.00 h0.01']);
  });

  it('has no bar for an unknown day, no height for 0, and always a height for more', () => {
    const bars = barsOf([null, 0, 1, 1_000], 1_000, 400, 100);

    expect(bars.map((bar) => bar?.height)).toEqual([undefined, 0, 1, 100]);
    expect(bars[3]).toEqual({ x: 310, y: 0, width: 80, height: 100 });
  });
});
