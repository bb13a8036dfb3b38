import type { Usage } from '../domain/control/control-record.ts';
import { dayOf } from '../domain/work/clock.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** The burn rate covers the last hour, from samples five minutes apart. */
const sampleEvery = 5 * minute;
const samplesKept = hour + sampleEvery;
/** A week: campaigns have a weekly rhythm, and one day's burst is not a trend. */
const daysAveraged = 7;
/** A projection from less than a day's data, or in a month's first hours, would mislead. */
const leastObserved = day;
const leastOfMonth = 6 * hour;
/**
 * The API's month may turn this much before or after our clock's. The forecast projects nothing in these hours anyway.
 */
const turnMayDiffer = leastOfMonth;
/** The hours to an empty quota when the burn rate is zero: a month. */
export const mostHours = 744;

interface Poll {
  at: number;
  /** Calls used in the API's month. */
  used: number;
  /** The calls of this pipeline and of its siblings in our clock's month. */
  own: number;
}

/**
 * Adds one answered poll. The API's month turns when its count falls to nearly zero, some time before or after our
 * clock's month. Until then, `used` belongs to the old month.
 */
export function nextUsage(before: Usage | undefined, poll: Poll): Usage {
  const today = dayOf(poll.at);
  const month = monthOfPoll(before, poll);
  const sameMonth = before?.month === month && !hasFallen(before, poll);
  const recent = sameMonth ? before.samples.filter(({ at }) => poll.at - at <= samplesKept) : [];
  // When our clock's month turns, our own count restarts, so it cannot be compared with earlier samples.
  const samples = (recent.at(-1)?.own ?? 0) > poll.own ? [] : recent;
  const last = samples.at(-1);
  if (last === undefined || poll.at - last.at >= sampleEvery) samples.push(poll);
  const usedBefore = usedBeforeThis(before, poll, month);
  const days = [...(before?.days ?? [])];
  const ofToday = days.at(-1)?.day === today ? days.pop() : undefined;
  days.push({ day: today, used: (ofToday?.used ?? 0) + Math.max(0, poll.used - usedBefore) });
  return { month, since: before?.since ?? poll.at, used: poll.used, samples, days: days.slice(-daysAveraged - 1) };
}

/** The part of the poll's count that is booked already, or that was used before the first poll. */
function usedBeforeThis(before: Usage | undefined, poll: Poll, month: string): number {
  if (before === undefined) return poll.used;
  if (hasFallen(before, poll)) return 0;
  // If the count has not fallen hours after our clock's turn, it continues, unless polls were missing in between.
  const lastPolledAt = before.samples.at(-1)?.at ?? 0;
  return before.month === month || poll.at - lastPolledAt <= samplesKept ? before.used : 0;
}

/**
 * The API's month, as the polls show it. More than `turnMayDiffer` away from our clock's turn, it is our clock's month.
 */
function monthOfPoll(before: Usage | undefined, poll: Poll): string {
  const [earlier, ofClock, later] = [
    monthAt(poll.at - turnMayDiffer),
    monthAt(poll.at),
    monthAt(poll.at + turnMayDiffer),
  ];
  if (before === undefined) return ofClock;
  if (hasFallen(before, poll)) return later;
  // The count still belongs to the old month, or already to the new one.
  return before.month === earlier || before.month === later ? before.month : ofClock;
}

/**
 * Whether the count restarted: the poll is near our clock's turn, and the count is less than half of the last one. At
 * 1,000 calls a second, a poll a minute detects this if the old month had more than 2 × 60,000 calls. With fewer calls,
 * the error is at most 1.6 % of the quota.
 */
function hasFallen(before: Usage, { at, used }: Poll): boolean {
  const isNearTurn = monthAt(at - turnMayDiffer) !== monthAt(at + turnMayDiffer);
  return isNearTurn && used < before.used / 2;
}

const monthAt = (epochMilliseconds: number) => new Date(epochMilliseconds).toISOString().slice(0, 7);

export interface Forecast {
  /** Calls an hour, over the last hour. */
  burnPerHour: number;
  hoursToEmpty: number;
  /** Calls of the last hour that neither this pipeline nor a sibling made. */
  spentElsewhere: number;
  /** Percent of the quota when the month ends; undefined while it would mislead. */
  projectedMonthEndPercent: number | undefined;
}

/**
 * Forecasts the quota. The month's projection is the sum of the calls used, the due renewals, and
 * the last seven days' mean for each day left. The mean may include days of the previous
 * month. It contains the last week's renewals too, so the projection errs on the safe side.
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

  // The API's month may have turned before our clock's.
  const month = usage.month > monthAt(nowMilliseconds) ? usage.month : monthAt(nowMilliseconds);
  const monthBegan = Date.parse(month);
  const monthEnds = Date.UTC(new Date(monthBegan).getUTCFullYear(), new Date(monthBegan).getUTCMonth() + 1);
  const averagedFrom = Date.parse(dayOf(nowMilliseconds)) - (daysAveraged - 1) * day;
  const observedFrom = Math.max(since, averagedFrom);
  const spent = days.reduce((sum, one) => sum + (Date.parse(one.day) >= averagedFrom ? one.used : 0), 0);
  const misleads = nowMilliseconds - since < leastObserved || nowMilliseconds - monthBegan < leastOfMonth;
  const meanPerMillisecond = spent / Math.max(1, nowMilliseconds - observedFrom);
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
  /** The calls of this pipeline and of its siblings in this month. */
  own: number;
  /** Renewals of kept links that fall due before the month ends. */
  renewalsDue: number;
  nowMilliseconds: number;
}

/** The past and the coming days (UTC) of this month. Both lists contain today. */
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
