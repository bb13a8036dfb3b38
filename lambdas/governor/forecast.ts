import type { Usage } from '../domain/control-record.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** The burn is that of the last hour, by samples five minutes apart. */
const sampleEvery = 5 * minute;
const samplesKept = hour + sampleEvery;
/** A week: campaigns have a weekly rhythm, and a single day's burst is no trend. */
const daysLookedAt = 7;
/** With less seen than a day, or in a month's first hours, a projection would only mislead. */
const leastSeen = day;
const leastOfMonth = 6 * hour;
/** What `QuotaHoursToEmpty` says when nothing is burnt: a month. */
export const mostHours = 744;

/** Takes one answered poll into account. @param used, own calls of this UTC month: anybody's, and ours */
export function nextUsage(before: Usage | undefined, poll: { at: number; used: number; own: number }): Usage {
  const date = new Date(poll.at).toISOString();
  const [month, today] = [date.slice(0, 7), date.slice(0, 10)];
  const sameMonth = before?.month === month;
  const samples = sameMonth ? before.samples.filter(({ at }) => poll.at - at <= samplesKept) : [];
  const last = samples.at(-1);
  if (last === undefined || poll.at - last.at >= sampleEvery) samples.push(poll);
  // What was gone when we first looked was not spent since then.
  const usedBefore = before === undefined ? poll.used : sameMonth ? before.used : 0;
  const days = [...(before?.days ?? [])];
  const ofToday = days.at(-1)?.day === today ? days.pop() : undefined;
  days.push({ day: today, used: (ofToday?.used ?? 0) + Math.max(0, poll.used - usedBefore) });
  return { month, since: before?.since ?? poll.at, used: poll.used, samples, days: days.slice(-daysLookedAt - 1) };
}

export interface Forecast {
  /** Calls an hour, over the last one. */
  burnPerHour: number;
  hoursToEmpty: number;
  /** Calls of the last hour that were not ours. */
  spentElsewhere: number;
  /** Percent of the quota when the month ends; undefined while it would mislead. */
  projectedMonthEndPercent: number | undefined;
}

/**
 * What is to be expected. The month's end is projected as what is used, and for each hour that the month has left the mean of the
 * last seven days, the turn of the month notwithstanding, and the renewals of kept links that fall due till then (those of
 * the last week are in the mean as well: it errs to the safe side).
 */
export function forecast(
  usage: Usage,
  { remaining, monthlyQuotaCalls, own, renewalsDue, nowMilliseconds }: ForecastFacts,
): Forecast {
  const { used, samples, days, since } = usage;
  const first = samples[0];
  const hours = first === undefined ? 0 : (nowMilliseconds - first.at) / hour;
  const enough = first !== undefined && hours * hour >= sampleEvery;
  const gone = enough ? Math.max(0, used - first.used) : 0;
  const ours = enough ? own - first.own : 0;
  const burnPerHour = enough ? gone / hours : 0;

  const date = new Date(nowMilliseconds);
  const monthBegan = Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  const monthEnds = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  const lookedAtFrom = Date.parse(date.toISOString().slice(0, 10)) - (daysLookedAt - 1) * day;
  const seenFrom = Math.max(since, lookedAtFrom);
  const spent = days.reduce((sum, one) => sum + (Date.parse(one.day) >= lookedAtFrom ? one.used : 0), 0);
  const misleads = nowMilliseconds - since < leastSeen || nowMilliseconds - monthBegan < leastOfMonth;
  const meanPerMillisecond = spent / Math.max(1, nowMilliseconds - seenFrom);
  const projected = used + meanPerMillisecond * (monthEnds - nowMilliseconds) + renewalsDue;
  return {
    burnPerHour,
    hoursToEmpty: burnPerHour === 0 ? mostHours : Math.min(mostHours, remaining / burnPerHour),
    spentElsewhere: Math.max(0, gone - ours),
    projectedMonthEndPercent: misleads ? undefined : (100 * projected) / monthlyQuotaCalls,
  };
}

interface ForecastFacts {
  remaining: number;
  monthlyQuotaCalls: number;
  /** Our own calls of this month. */
  own: number;
  /** Renewals of kept links that fall due before the month ends. */
  renewalsDue: number;
  nowMilliseconds: number;
}

/** The days (UTC) of this month so far, and those still to come, today in both. */
export function daysOfMonth(nowMilliseconds: number): { past: string[]; coming: string[] } {
  const date = new Date(nowMilliseconds);
  const today = date.getUTCDate();
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const named = (from: number, to: number) =>
    Array.from(
      { length: to - from + 1 },
      (_, index) => `${date.toISOString().slice(0, 8)}${String(from + index).padStart(2, '0')}`,
    );
  return { past: named(1, today), coming: named(today, last) };
}
