import type { ActRun } from './acts.ts';
import type { CampaignLine } from './campaigns.ts';
import type { ApiProblem } from './problem.ts';
import type { StuckKind } from './stuck.ts';

// GET /api/events: server-sent events. `event:` has the name, and `data:` the JSON text of the type.

/** A number, and when it was observed. */
export interface Measured {
  /** Null if it is unknown. */
  value: number | null;
  at: number | null;
}

export interface ServerEvents {
  /** At the start, and then every few seconds. */
  overview: Overview;
  /** The overview cannot be read. The page keeps the last one, and shows its age. */
  problem: ApiProblem & { at: number };
  /** Each step of an act. */
  act: ActRun;
}
export type ServerEventName = keyof ServerEvents;

/** GET /api/overview → Overview: the same as the event. */
export interface Overview {
  stack: string;
  at: number;
  /** The most urgent first. Empty if the pipeline needs nobody. */
  wrong: Wrong[];
  control: {
    record: 'fresh' | 'old' | 'missing' | 'corrupt';
    /** When the governor last ran. */
    governedAt: number | null;
    /** `good`, or why the API is not available to the pipeline. */
    api: string | null;
  };
  lanes: LaneNow[];
  rate: RateNow;
  quota: QuotaNow;
  usage: UsageNow;
  outcomes: OutcomesNow;
  /** Campaigns that are checked, wait for an approval, or are sent. */
  campaigns: CampaignLine[];
  /** How many alarms are in ALARM, and how much is stuck. */
  alarms: number;
  stuck: Record<StuckKind, number>;
}

/** Something that an operator should look at. */
export interface Wrong {
  /** Stable, for lists: `lane-paused:campaign`. */
  id: string;
  severity: 'page' | 'ticket' | 'note';
  what: string;
  why: string;
  /** What to do, in one sentence. */
  do: string;
  /** The hash route of the one button: `#/stuck/dead-letters`. */
  link: string;
  /** The words of that button. */
  button: string;
  since: number | null;
}

export interface LaneNow {
  lane: string;
  /** Whether it takes commands. The lanes of QR codes and of expired links do not. */
  takesCommands: boolean;
  /** Unknown without a control record. */
  state: 'open' | 'parking' | 'paused' | 'unknown';
  reason: string | null;
  since: number | null;
  note: string | null;
  queues: { kind: string; waiting: Measured; inFlight: Measured; oldestSeconds: Measured }[];
  /** Parked commands. Null value for a lane that never parks. */
  parked: Measured;
  /** By the lane's rate. Null while the lane is not open, or the rate is unknown. 0 if nothing waits. */
  secondsToDrain: number | null;
}

/** Calls a second against the account's budget. */
export interface RateNow {
  /** The pipeline's share of the account, calls a second. */
  budgetPerSecond: number | null;
  lanes: {
    lane: string;
    budgetPerSecond: number | null;
    /** The mean of the last whole minutes. */
    perSecond: Measured;
    /** 429s `rate_limit_exceeded` of the last hour. */
    refusedLastHour: Measured;
  }[];
  /** Oldest first, one point a minute, all lanes together. */
  minutes: { at: number; perSecond: number | null }[];
}

export interface QuotaNow {
  /** The calls of the month: the pipeline's share, or the account's if it has none. */
  monthly: number | null;
  /** The account's, if `monthly`, `used` and `usedPercent` are those of a share. */
  account: { monthly: number; remaining: number | null } | null;
  remaining: Measured;
  used: number | null;
  usedPercent: number | null;
  burnPerHour: number | null;
  /** Null if the rest of the month is safe, or the forecast is not known: see `lasts`. */
  hoursToEmpty: number | null;
  /** Whether the quota lasts the month at today's burn. Null if unknown. */
  lasts: boolean | null;
  monthEndPercent: number | null;
  spentElsewherePerHour: number | null;
  /** Each lane parks when the quota is down to its reserve. */
  reserves: { lane: string; calls: number }[];
}

/** Calls that cost quota. A value is null where nothing was counted. */
export interface UsageNow {
  at: number;
  /** The pipeline's own calls by UTC day, oldest first, and of all systems of the account where the governor knows them. */
  days: { day: string; own: number | null; all: number | null }[];
  month: { month: string; own: number | null; all: number | null; quota: number | null };
  /** The last three UTC months, oldest first. The table keeps 75 days, so the first may be incomplete. */
  months: { month: string; own: number | null; isComplete: boolean }[];
}

/** What became of commands in the last 24 hours, by the metrics. */
export interface OutcomesNow {
  from: number;
  at: number | null;
  kinds: { kind: string; count: number | null }[];
}
