import type { LaneSettings } from '../../../lib/config/config-schema.ts';
import type { PipelinePlan } from '../../../lib/config/rate/pipeline-plan.ts';
import type { WorkerPlan } from '../../../lib/config/rate/worker-plan.ts';

/** The load that a campaign puts on one lane. */
export interface LaneLoad {
  lane: string;
  /** Commands that cost a call of the quota: create, update, delete. */
  quotaCalls: number;
  /** GETs before creates with a chosen ID. They are free, and count against the rate. */
  lookups: number;
  qrCodes: number;
}

/** What limits a lane: its rate, the rate of its QR codes, or a cap of the configuration. */
export type Bound = 'rate' | 'qr-rate' | 'hourly-cap' | 'daily-cap';

export interface LaneTime {
  lane: string;
  /** If a batch is ready for each free environment. */
  seconds: number;
  /** If mappings fill their batches as slowly as synthesis assumes at worst. */
  longestSeconds: number;
  bound: Bound;
  callsPerSecond: number;
}

/** Calls per second that a worker reaches under a backlog: its pace times its utilisation. */
export const sustained = ({ concurrency, callsPerSecond, utilisation }: WorkerPlan) =>
  concurrency * callsPerSecond * utilisation;

/** How long a lane takes for its part if it carries nothing else. */
export function timeOf(
  { lane, quotaCalls, lookups, qrCodes }: LaneLoad,
  { link, qr }: { link: WorkerPlan; qr: WorkerPlan },
  { hourlyCapCalls, dailyCapCalls }: Pick<LaneSettings, 'hourlyCapCalls' | 'dailyCapCalls'>,
): LaneTime {
  // Commands above a cap stay parked until the next hour or UTC day begins.
  const turns = (cap: number | undefined, seconds: number) =>
    cap === undefined || quotaCalls === 0 ? 0 : (Math.ceil(quotaCalls / cap) - 1) * seconds;
  const longest = (part: 'utilisation' | 'leastUtilisation') => {
    const bounds: [Bound, number][] = [
      ['rate', (quotaCalls + lookups) / (link.concurrency * link.callsPerSecond * link[part])],
      ['qr-rate', qrCodes / (qr.concurrency * qr.callsPerSecond * qr[part])],
      ['hourly-cap', turns(hourlyCapCalls, 3_600)],
      ['daily-cap', turns(dailyCapCalls, 86_400)],
    ];
    return bounds.reduce((most, one) => (one[1] > most[1] ? one : most));
  };
  const [bound, seconds] = longest('utilisation');
  return { lane, seconds, longestSeconds: longest('leastUtilisation')[1], bound, callsPerSecond: sustained(link) };
}

/** How long each lane takes for its part. One worker makes the QR codes of all lanes, so a lane waits for the others' too. */
export function timesOf(
  loads: readonly LaneLoad[],
  { plans, qr }: PipelinePlan,
  lanes: Readonly<Record<string, LaneSettings>>,
): LaneTime[] {
  const allQrCodes = loads.reduce((sum, { qrCodes }) => sum + qrCodes, 0);
  return loads.flatMap((load) => {
    const [link, lane] = [plans.find((one) => one.lane === load.lane)?.link, lanes[load.lane]];
    if (link === undefined || lane === undefined || qr === undefined) return [];
    return [timeOf({ ...load, qrCodes: load.qrCodes && allQrCodes }, { link, qr }, lane)];
  });
}

export interface QuotaFacts {
  monthlyQuotaCalls: number;
  /** The pipeline's share of these calls, if it has one. */
  shareCalls?: number;
  /** Calls that the pipeline has left by the control record, or its whole share or quota without one. */
  remaining: number;
  /** The forecast: percent of the account's quota used when the month ends, without this campaign; undefined if it is too early for one. */
  projectedMonthEndPercent?: number | undefined;
}

export interface Room {
  /** Percent of the account's month. */
  needsPercent: number;
  result: 'room' | 'parks' | 'month-at-risk';
  /** Commands that would be parked until the next month. */
  parked: number;
}

/**
 * Whether there is quota for the campaign. `parks`: lanes would reach their reserve during it. `month-at-risk`: there is
 * enough for it, but not for all other calls that the forecast expects this month.
 */
export function roomFor(loads: readonly (LaneLoad & { reserveCalls: number })[], quota: QuotaFacts): Room {
  const { monthlyQuotaCalls, remaining, projectedMonthEndPercent } = quota;
  const needed = loads.reduce((sum, { quotaCalls }) => sum + quotaCalls, 0);
  const needsPercent = (100 * needed) / monthlyQuotaCalls;
  // Lanes with the larger reserve stop first, and leave their calls to the others.
  let left = remaining;
  let parked = 0;
  for (const { quotaCalls, reserveCalls } of [...loads].sort((one, other) => other.reserveCalls - one.reserveCalls)) {
    const taken = Math.max(0, Math.min(quotaCalls, left - reserveCalls));
    left -= taken;
    parked += quotaCalls - taken;
  }
  if (parked > 0) return { needsPercent, result: 'parks', parked };
  const atEnd = projectedMonthEndPercent === undefined ? 0 : projectedMonthEndPercent + needsPercent;
  return { needsPercent, result: atEnd > 100 ? 'month-at-risk' : 'room', parked: 0 };
}
