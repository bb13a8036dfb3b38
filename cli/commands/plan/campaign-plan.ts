import type { LaneSettings } from '../../../lib/config/config-schema.ts';
import type { LanePlan, WorkerPlan } from '../../../lib/config/rate-budget.ts';

/** What a campaign asks of one lane. */
export interface LaneLoad {
  lane: string;
  /** Commands that cost a call of the quota: create, update, delete. */
  quotaCalls: number;
  /** GETs before them: a create with an ID of its own is looked up first. They are free, and take their turn. */
  looks: number;
  qrCodes: number;
}

/** What bounds a lane: its pace, its QR codes' pace, or a cap of the configuration. */
export type Bound = 'rate' | 'qr-rate' | 'hourly-cap' | 'daily-cap';

export interface LaneTime {
  lane: string;
  seconds: number;
  bound: Bound;
  callsPerSecond: number;
}

/** Calls a second that a worker reaches under a backlog: its pace times its duty. */
export const sustained = ({ concurrency, callsPerSecond, duty }: WorkerPlan) => concurrency * callsPerSecond * duty;

/** How long a lane takes for its part, with nothing else in it. */
export function timeOf(
  { lane, quotaCalls, looks, qrCodes }: LaneLoad,
  { link, qr }: Pick<LanePlan, 'link' | 'qr'>,
  { hourlyCapCalls, dailyCapCalls }: Pick<LaneSettings, 'hourlyCapCalls' | 'dailyCapCalls'>,
): LaneTime {
  const callsPerSecond = sustained(link);
  // What is over a cap is parked until the hour, or the UTC day, turns.
  const turns = (cap: number | undefined, seconds: number) =>
    cap === undefined || quotaCalls === 0 ? 0 : (Math.ceil(quotaCalls / cap) - 1) * seconds;
  const bounds: [Bound, number][] = [
    ['rate', (quotaCalls + looks) / callsPerSecond],
    ['qr-rate', qrCodes / sustained(qr)],
    ['hourly-cap', turns(hourlyCapCalls, 3_600)],
    ['daily-cap', turns(dailyCapCalls, 86_400)],
  ];
  const [bound, seconds] = bounds.reduce((most, one) => (one[1] > most[1] ? one : most));
  return { lane, seconds, bound, callsPerSecond };
}

export interface QuotaFacts {
  monthlyQuotaCalls: number;
  /** Calls left by the control record; the whole quota where there is none to ask. */
  remaining: number;
  /** Percent of the quota that will be used when the month ends, without this campaign; undefined: too early to tell. */
  projectedMonthEndPercent?: number | undefined;
}

export interface Room {
  /** Percent of the month's quota. */
  needsPercent: number;
  verdict: 'room' | 'parks' | 'month-at-risk';
  /** Commands that would be parked until the month turns. */
  parked: number;
}

/**
 * Whether there is quota for it: `parks` when lanes would come down to their reserve on the way; `month-at-risk` when there is enough
 * now, but not for what else the forecast expects until the month ends.
 */
export function roomFor(loads: readonly (LaneLoad & { reserveCalls: number })[], quota: QuotaFacts): Room {
  const { monthlyQuotaCalls, remaining, projectedMonthEndPercent } = quota;
  const needed = loads.reduce((sum, { quotaCalls }) => sum + quotaCalls, 0);
  const needsPercent = (100 * needed) / monthlyQuotaCalls;
  // Lanes with the larger reserve stop first: what they do not take is left to the others.
  let left = remaining;
  let parked = 0;
  for (const { quotaCalls, reserveCalls } of [...loads].sort((one, other) => other.reserveCalls - one.reserveCalls)) {
    const taken = Math.max(0, Math.min(quotaCalls, left - reserveCalls));
    left -= taken;
    parked += quotaCalls - taken;
  }
  if (parked > 0) return { needsPercent, verdict: 'parks', parked };
  const atEnd = projectedMonthEndPercent === undefined ? 0 : projectedMonthEndPercent + needsPercent;
  return { needsPercent, verdict: atEnd > 100 ? 'month-at-risk' : 'room', parked: 0 };
}
