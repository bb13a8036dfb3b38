import type { Usage } from '../domain/control/control-record.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** The burn is that of the last hour, by samples five minutes apart. */
const sampleEvery = 5 * minute;
const samplesKept = hour + sampleEvery;
/** A week: campaigns have a weekly rhythm, and a single day's burst is no trend. */
const daysLookedAt = 7;
/** With less seen than a day, or in a month's first hours, a projection would only mislead. */
const leastSeen = day;
const leastOfMonth = 6 * hour;
/** So far apart may the API's month and our clock's turn. In these hours nothing is projected anyway. */
const turnMayDiffer = leastOfMonth;
/** What `QuotaHoursToEmpty` says when nothing is burnt: a month. */
export const mostHours = 744;

interface Poll {
  at: number;
  /** Calls of the month that are gone: of the API's month. */
  used: number;
  /** Our own calls of the month: of our clock's. */
  own: number;
}

/**
 * Takes one answered poll into account. The API's month turns when the API says so, by a count that falls to nearly nothing, which
 * may be some time before or after our clock's turn: until then, `used` is the old month's.
 */
export function nextUsage(before: Usage | undefined, poll: Poll): Usage {
  const today = new Date(poll.at).toISOString().slice(0, 10);
  const month = monthOfPoll(before, poll);
  const sameMonth = before?.month === month && !hasFallen(before, poll);
  const recent = sameMonth ? before.samples.filter(({ at }) => poll.at - at <= samplesKept) : [];
  // At our clock's turn our own count begins anew, and cannot be compared with what it was before.
  const samples = (recent.at(-1)?.own ?? 0) > poll.own ? [] : recent;
  const last = samples.at(-1);
  if (last === undefined || poll.at - last.at >= sampleEvery) samples.push(poll);
  const usedBefore = usedBeforeThis(before, poll, month);
  const days = [...(before?.days ?? [])];
  const ofToday = days.at(-1)?.day === today ? days.pop() : undefined;
  days.push({ day: today, used: (ofToday?.used ?? 0) + Math.max(0, poll.used - usedBefore) });
  return { month, since: before?.since ?? poll.at, used: poll.used, samples, days: days.slice(-daysLookedAt - 1) };
}

/** What of the poll's count was booked before, or gone when we first looked. */
function usedBeforeThis(before: Usage | undefined, poll: Poll, month: string): number {
  if (before === undefined) return poll.used;
  if (hasFallen(before, poll)) return 0;
  // Our clock's turn was hours ago, and the count has not fallen: it goes on, unless nobody has looked meanwhile.
  const lookedAt = before.samples.at(-1)?.at ?? 0;
  return before.month === month || poll.at - lookedAt <= samplesKept ? before.used : 0;
}

/** The API's month, as far as the polls tell. Further from our clock's turn than `turnMayDiffer`, it is our clock's. */
function monthOfPoll(before: Usage | undefined, poll: Poll): string {
  const [earlier, ofClock, later] = [
    monthAt(poll.at - turnMayDiffer),
    monthAt(poll.at),
    monthAt(poll.at + turnMayDiffer),
  ];
  if (before === undefined) return ofClock;
  if (hasFallen(before, poll)) return later;
  // The old month's count still, or the new month's already.
  return before.month === earlier || before.month === later ? before.month : ofClock;
}

/**
 * Whether the count began anew: near our clock's turn, and less than half of what it was. A poll a minute sees that whenever the
 * old month had more than 2 × 60,000 calls, at 1,000 a second; with fewer, a mistake is 1.6 % of the quota at most.
 */
function hasFallen(before: Usage, { at, used }: Poll): boolean {
  const isNearTurn = monthAt(at - turnMayDiffer) !== monthAt(at + turnMayDiffer);
  return isNearTurn && used < before.used / 2;
}

const monthAt = (epochMilliseconds: number) => new Date(epochMilliseconds).toISOString().slice(0, 7);

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

  // The API's month may have turned before our clock's.
  const month = usage.month > monthAt(nowMilliseconds) ? usage.month : monthAt(nowMilliseconds);
  const monthBegan = Date.parse(month);
  const monthEnds = Date.UTC(new Date(monthBegan).getUTCFullYear(), new Date(monthBegan).getUTCMonth() + 1);
  const lookedAtFrom = Date.parse(new Date(nowMilliseconds).toISOString().slice(0, 10)) - (daysLookedAt - 1) * day;
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
