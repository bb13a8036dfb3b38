import {
  type ControlReading,
  type Health,
  type LaneReason,
  type LaneState,
  laneNow,
} from '../../../lambdas/domain/control/control-record.ts';
import { daysOfMonth, forecast } from '../../../lambdas/governor/forecast.ts';
import { isFresh } from '../../pipeline/control-freshness.ts';
import type { QueueKind } from '../dead-letters/dead-letter-queues.ts';

/** Approximate counts of a queue. */
export interface QueueNow {
  waiting: number;
  inFlight: number;
  /** Age of the oldest message, which SQS measures each minute; undefined if unknown. */
  oldestSeconds?: number | undefined;
}

/** What the services reported. */
export interface Sight {
  stackName: string;
  atMilliseconds: number;
  reading: ControlReading;
  /** Renewals of kept links that are due before the month ends. */
  renewalsDue: number;
  monthlyQuotaCalls: number | undefined;
  lanes: {
    name: string;
    queues: { kind: 'link' | 'qr' | 'expiry'; now: QueueNow }[];
    /** Parked commands; undefined for a lane that never parks. */
    parked: number | undefined;
  }[];
  /** Commands that are parked for lanes that the pipeline does not have. The replayer does not replay them. */
  stranded?: { lane: string; commands: number }[];
  deadLetters: { lane: string; kind: QueueKind; messages: number }[];
  alarms: { name: string; since: number | undefined }[];
}

export interface LaneOverview {
  lane: string;
  state: LaneState;
  reason?: LaneReason;
  /** Epoch milliseconds. */
  since?: number;
  note?: string;
  queues: ({ kind: 'link' | 'qr' | 'expiry' } & QueueNow)[];
  parked?: number;
}

export interface QuotaOverview {
  remaining: number;
  polledAt: number;
  used?: number;
  usedPercent?: number;
  burnPerHour?: number;
  hoursToEmpty?: number;
  spentElsewhere?: number;
  projectedMonthEndPercent?: number;
}

/** The state of a pipeline. */
export interface Overview {
  stack: string;
  at: number;
  /** When the governor last ran; undefined without a control record. */
  governedAt?: number;
  controlRecord: 'fresh' | 'old' | 'missing' | 'corrupt';
  health?: Health['disposition'];
  lanes: LaneOverview[];
  quota?: QuotaOverview;
  stranded: { lane: string; commands: number }[];
  deadLetters: Sight['deadLetters'];
  alarms: Sight['alarms'];
  /** Whether anything needs an operator. */
  needsOperator: boolean;
}

export function overviewOf(sight: Sight): Overview {
  const { stackName, atMilliseconds: at, reading, stranded = [], deadLetters, alarms } = sight;
  const { control, corrupt } = reading;
  const lanes = sight.lanes.map((lane) => laneOverview(lane, reading, at));
  const controlRecord = corrupt
    ? 'corrupt'
    : control === undefined
      ? 'missing'
      : isFresh(control, at)
        ? 'fresh'
        : 'old';
  const dead = deadLetters.filter(({ messages }) => messages > 0);
  const stands = lanes.some(({ state }) => state !== 'open');
  const needsOperator =
    controlRecord !== 'fresh' || stands || [stranded, dead, alarms].some((found) => found.length > 0);
  const quota = quotaOverview(sight);
  return {
    stack: stackName,
    at,
    ...(control !== undefined && { governedAt: control.governedAt, health: control.health.disposition }),
    controlRecord,
    lanes,
    ...(quota !== undefined && { quota }),
    stranded,
    deadLetters: dead,
    alarms,
    needsOperator,
  };
}

/** A lane as its workers see it. A worker's signal counts before the governor has written it into the control record. */
function laneOverview(
  { name, queues, parked }: Sight['lanes'][number],
  { control, signals }: ControlReading,
  at: number,
): LaneOverview {
  const { state, reason } = laneNow(control, signals, name, at);
  const recorded = control?.lanes[name];
  const { since, note } = recorded?.state === state ? recorded : {};
  return {
    lane: name,
    state,
    ...(reason !== undefined && { reason }),
    ...(since !== undefined && { since }),
    ...(note !== undefined && { note }),
    queues: queues.map(({ kind, now }) => ({ kind, ...now })),
    ...(parked !== undefined && { parked }),
  };
}

/** The governor's forecast, from the memory in the control record. */
function quotaOverview({ reading, renewalsDue, monthlyQuotaCalls }: Sight): QuotaOverview | undefined {
  const { quota, usage } = reading.control ?? {};
  if (quota === undefined) return undefined;
  const { remaining, polledAt, own } = quota;
  if (usage === undefined || monthlyQuotaCalls === undefined) return { remaining, polledAt };
  const expected = forecast(usage, { remaining, monthlyQuotaCalls, own, renewalsDue, nowMilliseconds: polledAt });
  const { projectedMonthEndPercent, ...burn } = expected;
  return {
    remaining,
    polledAt,
    used: usage.used,
    usedPercent: (100 * usage.used) / monthlyQuotaCalls,
    ...burn,
    ...(projectedMonthEndPercent !== undefined && { projectedMonthEndPercent }),
  };
}

/** The rest of the month. The overview counts the renewals that are due on these days. */
export const daysToCome = (atMilliseconds: number) => daysOfMonth(atMilliseconds).coming;
