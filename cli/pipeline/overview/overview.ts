import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { type ControlReading, laneNow } from '../../../lambdas/domain/control/control-record.ts';
import { daysOfMonth, type Forecast, forecast } from '../../../lambdas/governor/forecast.ts';
import type { AlarmSeverity } from '../alarm-severity.ts';
import type { HeldCommands } from '../archive/held-commands.ts';
import { standingWords } from '../campaign/campaign-words.ts';
import { isFresh } from '../control-freshness.ts';
import type { QueueKind } from '../dead-letters/dead-letter-queues.ts';
import { settledRows } from '../follow-campaign.ts';

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
  /** The pipeline's share of these calls, if it has one. */
  shareCalls?: number | undefined;
  lanes: {
    name: string;
    queues: { kind: 'link' | 'qr' | 'expiry'; now: QueueNow }[];
    /** Parked commands; undefined for a lane that never parks. */
    parked: number | undefined;
  }[];
  /** Commands that are parked for lanes that the pipeline does not have. The replayer does not replay them. */
  stranded?: { lane: string; commands: number }[];
  /** Commands of unknown senders, until an operator decides about each sender. */
  held?: HeldCommands[];
  /** The campaigns that are checked, wait for approval, or are sent. */
  campaigns?: CampaignRecord[];
  deadLetters: { lane: string; kind: QueueKind; messages: number }[];
  /** Without a severity if the alarm does not show it. */
  alarms: { name: string; since: number | undefined; severity?: AlarmSeverity }[];
}

export type LaneOverview = ReturnType<typeof laneOverview>;

export interface QuotaOverview extends Partial<Forecast> {
  /** Calls that this pipeline may still make: what the account or the share has left, whichever is less. */
  remaining: number;
  polledAt: number;
  /** Calls of all systems of the account. The forecast is the account's as well. */
  used?: number;
  usedPercent?: number;
  /** Only if the pipeline has a share: its calls, and what it and the account have left. */
  share?: { calls: number; used: number; usedPercent: number; remaining: number; accountRemaining?: number };
}

/** The state of a pipeline. */
export type Overview = ReturnType<typeof overviewOf>;

export function overviewOf(sight: Sight) {
  const {
    stackName,
    atMilliseconds: at,
    reading,
    stranded = [],
    held = [],
    campaigns = [],
    deadLetters,
    alarms,
  } = sight;
  const { control } = reading;
  const lanes = sight.lanes.map((lane) => laneOverview(lane, reading, at));
  const controlRecord = stateOf(reading, at);
  const dead = deadLetters.filter(({ messages }) => messages > 0);
  const stands = lanes.some(({ state }) => state !== 'open');
  const asksForOperator = campaigns.some(({ state, paused }) => state === 'waiting' || paused !== undefined);
  const needsOperator =
    controlRecord !== 'fresh' ||
    stands ||
    asksForOperator ||
    [stranded, held, dead, alarms].some((found) => found.length > 0);
  return {
    stack: stackName,
    at,
    /** When the governor last ran, in epoch milliseconds as `at`. Undefined without a control record. */
    governedAt: control?.governedAt,
    health: control?.health.disposition,
    controlRecord,
    lanes,
    quota: quotaOverview(sight),
    stranded,
    held: held.map(({ sinceMilliseconds: since, ...one }) => ({ ...one, since })),
    campaigns: campaigns.map(campaignOverview),
    deadLetters: dead,
    alarms,
    /** Whether anything needs an operator. */
    needsOperator,
  };
}

function campaignOverview(record: CampaignRecord) {
  const { source, name, state, rows, paused, changedAt } = record;
  return {
    source,
    name,
    state,
    paused: paused !== undefined,
    rows,
    settled: settledRows(record),
    changedAt,
    words: standingWords(record),
  };
}

function stateOf({ control, corrupt }: ControlReading, at: number): 'fresh' | 'old' | 'missing' | 'corrupt' {
  if (corrupt) return 'corrupt';
  if (control === undefined) return 'missing';
  return isFresh(control, at) ? 'fresh' : 'old';
}

/**
 * A lane as its workers see it. A worker's signal counts before the governor has written it into the control record. Without a
 * control record, a lane counts as open for its workers. But its mapping may be off, so its state is unknown.
 */
function laneOverview(
  { name, queues, parked }: Sight['lanes'][number],
  { control, signals }: ControlReading,
  at: number,
) {
  const { state: followed, reason } = laneNow(control, signals, name, at);
  const state = control === undefined && followed === 'open' ? ('unknown' as const) : followed;
  const recorded = control?.lanes[name];
  const { since, note, covers } = recorded?.state === state ? recorded : {};
  const numbers = queues.map(({ kind, now }) => ({ kind, ...now }));
  // `since` is in epoch milliseconds.
  return { lane: name, state, reason, since, note, covers, queues: numbers, parked };
}

/** The governor's forecast, from the memory in the control record. */
export function quotaOverview({
  reading,
  renewalsDue,
  monthlyQuotaCalls,
  shareCalls,
}: Pick<Sight, 'reading' | 'renewalsDue' | 'monthlyQuotaCalls' | 'shareCalls'>): QuotaOverview | undefined {
  const { quota, usage } = reading.control ?? {};
  if (quota === undefined) return undefined;
  const { remaining, polledAt, own, counted = own } = quota;
  const accountRemaining =
    usage === undefined || monthlyQuotaCalls === undefined ? undefined : Math.max(0, monthlyQuotaCalls - usage.used);
  const share = shareCalls === undefined ? {} : { share: shareOf(shareCalls, own, accountRemaining) };
  if (usage === undefined || monthlyQuotaCalls === undefined) return { remaining, polledAt, ...share };
  const { used } = usage;
  const expected = forecast(usage, {
    // Of a pipeline with a share, the record keeps what is left to the pipeline. The forecast is about the account.
    remaining: shareCalls === undefined ? remaining : (accountRemaining ?? remaining),
    monthlyQuotaCalls,
    own: counted,
    renewalsDue,
    nowMilliseconds: polledAt,
  });
  return { remaining, polledAt, used, usedPercent: (100 * used) / monthlyQuotaCalls, ...share, ...expected };
}

function shareOf(
  calls: number,
  used: number,
  accountRemaining: number | undefined,
): NonNullable<QuotaOverview['share']> {
  return {
    calls,
    used,
    usedPercent: (100 * used) / calls,
    remaining: Math.max(0, calls - used),
    ...(accountRemaining !== undefined && { accountRemaining }),
  };
}

/** The rest of the month. The overview counts the renewals that are due on these days. */
export const daysToCome = (atMilliseconds: number) => daysOfMonth(atMilliseconds).coming;
