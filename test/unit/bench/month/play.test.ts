import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../../bench/month/findings/figures.ts';
import { brokenPromises } from '../../../bench/month/findings/judge.ts';
import { play } from '../../../bench/month/play.ts';
import { type Calendar, threeDays } from '../../../bench/month/traffic/calendar.ts';
import { monthSize } from '../../../bench/month/world/size.ts';
import { variantPipeline } from '../../../bench/world/synthesis.ts';

describe('three days of an account in simulated time', () => {
  it('end with one final outcome for each command, whatever happens to the account, and within every limit', async () => {
    // Given: a thousandth of the quota, an outage, a refused token, 429s, and a quota that runs out before the month turns.
    const size = monthSize(variantPipeline({}), 7_500);
    const from = Date.parse('2026-03-29T00:00:00Z');
    // When
    const played = await play({ size, calendar: threeDays, from, commands: 3_000, seed: 7, report: () => {} });
    // Then
    expect(brokenPromises(played)).toEqual([]);
    const reasons = new Set(played.governed.changes.map(({ state, reason }) => `${state}: ${reason}`));
    expect([...reasons]).toEqual(
      expect.arrayContaining(['paused: api-outage', 'paused: token-refused', 'parking: quota-reserve-reached']),
    );
    const figures = figuresOf(played, threeDays);
    expect(figures.mostParked).toBeGreaterThan(0);
    expect(figures.calmLatencyMilliseconds.p50).toBeLessThan(150);
    // The file of 420 rows comes after the reserve is reached, so all of it waits for the next month, and is sent there.
    expect(Math.max(...played.samples.map(({ inFiles }) => inFiles))).toBe(420);
    expect(played.samples.at(-1)?.inFiles).toBe(0);
  }, 120_000);

  it('are the same for the same seed, to the millisecond, and others for another', async () => {
    // Given: six hours, in which a campaign meets an outage.
    const size = monthSize(variantPipeline({}), 7_500);
    const from = Date.parse('2026-03-29T00:00:00Z');
    const calendar: Calendar = {
      ...{ days: 0.25, daysAfter: 0, transactionalShare: 0.9, burstsAtHours: [2] },
      campaigns: [{ name: 'spring', atHours: 3, share: 0.1, ttl: '1d', renewTtl: true }],
      events: [{ kind: 'outage', atHours: 2.95, hours: 0.2 }],
    };
    const played = async (seed: number) => {
      const { cloud, samples } = await play({ size, calendar, from, commands: 800, seed, report: () => {} });
      const requests = [...cloud.correspondence.requests];
      const ends = requests.map(([key, { answeredAt, outcome }]) => `${key} ${outcome} ${answeredAt}`);
      // The plots are drawn of the samples alone.
      return { ends, samples };
    };
    // When
    const [once, again, another] = [await played(7), await played(7), await played(8)];
    // Then
    expect(once.ends).toHaveLength(631);
    expect(once.samples).toHaveLength(7);
    expect(again).toEqual(once);
    expect(another.ends).not.toEqual(once.ends);
  }, 120_000);
});
