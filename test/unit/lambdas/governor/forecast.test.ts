import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../../lambdas/domain/control/control-record.ts';
import { daysOfMonth, forecast, nextUsage } from '../../../../lambdas/governor/forecast.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const quota = 7_500_000;

/** Polls each minute. `used` and `own` give the calls of the month at that time. */
function polled(
  from: string,
  hours: number,
  used: (at: number) => number,
  own: (at: number) => number = used,
): { usage: Usage; at: number } {
  let usage: Usage | undefined;
  let at = Date.parse(from);
  for (const end = at + hours * hour; at <= end; at += minute)
    usage = nextUsage(usage, { at, used: used(at), own: own(at) });
  if (usage === undefined) throw new Error('no poll');
  return { usage, at: at - minute };
}

const expected = ({ usage, at }: { usage: Usage; at: number }, own: number, renewalsDue = 0) =>
  forecast(usage, { remaining: quota - usage.used, monthlyQuotaCalls: quota, own, renewalsDue, nowMilliseconds: at });

describe('the forecast', () => {
  it('takes its burn rate and hours to empty from the last hour', () => {
    const start = Date.parse('2026-03-09T00:00:00Z');
    const seen = polled('2026-03-09T00:00:00Z', 5, (at) => 1_500_000 + ((at - start) / hour) * 60_000);
    const { burnPerHour, hoursToEmpty, spentElsewhere } = expected(seen, seen.usage.used);
    expect(burnPerHour).toBeCloseTo(60_000);
    expect(hoursToEmpty).toBeCloseTo((7_500_000 - 1_800_000) / 60_000);
    expect(spentElsewhere).toBe(0);
  });

  it('has 744 hours to empty, a month, at a burn rate of zero', () => {
    expect(
      expected(
        polled('2026-03-09T00:00:00Z', 2, () => 1_000),
        1_000,
      ),
    ).toMatchObject({ burnPerHour: 0, hoursToEmpty: 744 });
  });

  it('counts the calls of other systems in the last hour, and none if our own counts are late', () => {
    const start = Date.parse('2026-03-09T00:00:00Z');
    const ours = (at: number) => ((at - start) / hour) * 10_000;
    const seen = polled('2026-03-09T00:00:00Z', 3, (at) => 3 * ours(at), ours);
    expect(expected(seen, ours(seen.at)).spentElsewhere).toBeCloseTo(21_667, -2);
    const late = polled('2026-03-09T00:00:00Z', 3, ours, (at) => ours(at) + 500);
    expect(expected(late, ours(late.at) + 500).spentElsewhere).toBe(0);
  });

  it('projects the month’s end from the last week, so one day’s campaign is not a trend', () => {
    // A million in one hour of the ninth, ten thousand on each of the other days.
    const start = Date.parse('2026-03-03T00:00:00Z');
    const burst = Date.parse('2026-03-09T10:00:00Z');
    const used = (at: number) =>
      20_000 + ((at - start) / day) * 10_000 + 1_000_000 * Math.min(1, Math.max(0, (at - burst) / hour));
    const seen = polled('2026-03-03T00:00:00Z', 7 * 24 - 1, used);
    const { projectedMonthEndPercent = 0 } = expected(seen, 0);
    // 1.09 million calls are used. The week's mean is 153,000 a day, for the 22 days to come.
    expect(projectedMonthEndPercent).toBeGreaterThan(55);
    expect(projectedMonthEndPercent).toBeLessThan(62);
  });

  it('adds the renewals that fall due before the month’s end', () => {
    const seen = polled('2026-03-03T00:00:00Z', 48, () => 0);
    expect(expected(seen, 0).projectedMonthEndPercent).toBe(0);
    expect(expected(seen, 0, 750_000).projectedMonthEndPercent).toBe(10);
  });

  it('projects nothing from less than a day’s polls, nor in a month’s first six hours', () => {
    expect(
      expected(
        polled('2026-03-09T00:00:00Z', 23, () => 9),
        9,
      ).projectedMonthEndPercent,
    ).toBeUndefined();
    const turn = (at: number) => (at < Date.parse('2026-04-01T00:00:00Z') ? 400_000 : 100);
    expect(expected(polled('2026-03-29T00:00:00Z', 77, turn), 100).projectedMonthEndPercent).toBeUndefined();
    expect(expected(polled('2026-03-29T00:00:00Z', 79, turn), 100).projectedMonthEndPercent).toBeLessThan(1);
  });

  it('counts neither the turn of the month nor calls before its first poll as burn', () => {
    const turn = (at: number) => (at < Date.parse('2026-04-01T00:00:00Z') ? 4_000_000 : 1_000);
    const seen = polled('2026-03-31T22:00:00Z', 3, turn);
    expect(expected(seen, 1_000)).toMatchObject({ burnPerHour: 0, spentElsewhere: 0 });
    expect(seen.usage.days).toEqual([
      { day: '2026-03-31', used: 0 },
      { day: '2026-04-01', used: 1_000 },
    ]);
  });

  it('books the old month’s count on no new day if the API’s month turns after our clock’s', () => {
    // Given
    const turn = Date.parse('2026-04-01T00:01:30Z');
    const used = (at: number) => (at < turn ? 4_000_000 : 1_000);
    // When
    const seen = polled('2026-03-29T00:00:00Z', 4 * 24, used, () => 0);
    // Then
    expect(seen.usage.days).toEqual([
      { day: '2026-03-29', used: 0 },
      { day: '2026-03-30', used: 0 },
      { day: '2026-03-31', used: 0 },
      { day: '2026-04-01', used: 1_000 },
      { day: '2026-04-02', used: 0 },
    ]);
    expect(expected(seen, 0).projectedMonthEndPercent).toBeLessThan(1);
  });

  it('continues a count that does not fall, and books it again if polls were missing', () => {
    const steady = polled('2026-03-31T00:00:00Z', 48, () => 4_000_000);
    expect(steady.usage.days.map(({ used }) => used)).toEqual([0, 0, 0]);
    const away = polled('2026-03-31T00:00:00Z', 1, () => 1_000).usage;
    const back = nextUsage(away, { at: Date.parse('2026-04-02T00:00:00Z'), used: 5_000, own: 0 });
    expect(back.days.at(-1)).toEqual({ day: '2026-04-02', used: 5_000 });
  });

  it('does not take a mid-month increase of the quota for a turn of the month', () => {
    const gift = Date.parse('2026-03-10T12:00:00Z');
    const seen = polled('2026-03-09T00:00:00Z', 48, (at) => (at < gift ? 4_000_000 : 1_000_000));
    expect(seen.usage.month).toBe('2026-03');
    expect(seen.usage.days.map(({ used }) => used)).toEqual([0, 0, 0]);
  });

  it('books every call once, and none as another system’s, however far apart the two months turn', () => {
    const [start, clockTurn, end] = ['2026-03-31T12:00:00Z', '2026-04-01T00:00:00Z', '2026-04-01T12:00:00Z'].map((at) =>
      Date.parse(at),
    ) as [number, number, number];
    const minutesApart = fc.integer({ min: -350, max: 350 });
    const perMinute = fc.integer({ min: 0, max: 1_000 });
    fc.assert(
      fc.property(minutesApart, perMinute, fc.integer({ min: 200_000, max: 4_000_000 }), (apart, rate, gone) => {
        const apiTurn = clockTurn + apart * minute - 30_000;
        const since = (from: number, at: number) => rate * Math.floor((at - from) / minute);
        const used = (at: number) => (at < apiTurn ? gone + since(start, at) : since(apiTurn, at));
        const own = (at: number) => (at < clockTurn ? gone + since(start, at) : since(clockTurn, at));
        let usage: Usage | undefined;
        for (let at = start; at <= end; at += minute) {
          usage = nextUsage(usage, { at, used: used(at), own: own(at) });
          const seen = expected({ usage, at }, own(at));
          // One poll may catch the two counts a minute apart.
          expect(seen.spentElsewhere).toBeLessThanOrEqual(2 * rate);
          expect(seen.burnPerHour).toBeLessThanOrEqual(61 * rate + 1);
        }
        const booked = usage?.days.reduce((sum, one) => sum + one.used, 0) ?? 0;
        expect(Math.abs(booked - since(start, end))).toBeLessThanOrEqual(2 * rate);
        expect(usage?.month).toBe('2026-04');
      }),
      { numRuns: 25 },
    );
  });

  it('keeps the samples of an hour and the days of a week', () => {
    const { usage } = polled('2026-03-01T00:00:00Z', 20 * 24, (at) => at / day);
    expect(usage.samples.length).toBeLessThanOrEqual(14);
    expect(usage.days).toHaveLength(8);
  });
});

it('lists the past and the coming days of the month', () => {
  const { past, coming } = daysOfMonth(Date.parse('2028-02-27T23:59:59Z'));
  expect(past).toHaveLength(27);
  expect(coming).toEqual(['2028-02-27', '2028-02-28', '2028-02-29']);
});
