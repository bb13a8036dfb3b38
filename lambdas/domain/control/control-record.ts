import * as z from 'zod';

/**
 * - `open`     workers carry out commands
 * - `parking`  workers archive and acknowledge commands that need quota, and answer the others
 * - `paused`   the lane's mappings are off, so messages wait in their queues
 */
export const laneStates = ['open', 'parking', 'paused'] as const;
export type LaneState = (typeof laneStates)[number];

/** Why a lane is not open. */
export const laneReasons = [
  'quota-reserve-reached',
  'quota-share-reached',
  'quota-exceeded',
  'hourly-cap-reached',
  'daily-cap-reached',
  'token-refused',
  'feature-off',
  'api-outage',
  /** The link-ID secret is not the one with which the ledger was written (domain/link/link-id-secret.ts). */
  'link-id-secret-differs',
  'operator',
  /** The control record was lost while the lane's mappings were off. Only an operator knows why. */
  'control-record-lost',
] as const;
export type LaneReason = (typeof laneReasons)[number];

const instant = z.number();
const laneControlSchema = z.object({
  state: z.enum(laneStates),
  /** Epoch milliseconds. */
  since: instant,
  reason: z.enum(laneReasons).optional(),
  /** The operator's note. */
  note: z.string().optional(),
  /** What would keep the lane closed without the operator's pause, as the governor's last run has found it. */
  covers: z.object({ state: z.enum(['parking', 'paused']), reason: z.enum(laneReasons) }).optional(),
  /** When the lane last changed to `open`. Workers that have not run since then start slowly. */
  openedAt: instant.optional(),
});
export type LaneControl = z.infer<typeof laneControlSchema>;

/** The API's health, as the governor's runs have observed it. */
const healthSchema = z.object({
  disposition: z.enum(['good', 'token-refused', 'feature-off', 'api-outage']),
  /** A bad run adds one, a good run removes a half. So a flapping API gets the lanes paused too. */
  strikes: z.number(),
  /** Good runs in a row. */
  goodRuns: z.int(),
  /** Set while the governor keeps the lanes paused. */
  pausedFor: z.enum(['token-refused', 'feature-off', 'api-outage']).optional(),
  /** Recent pauses. Each doubles the good runs that the lanes need to open again. */
  pauses: z.int(),
  lastOpenedAt: instant.optional(),
});
export type Health = z.infer<typeof healthSchema>;

/** What the forecast keeps from run to run (governor/forecast.ts). */
const usageSchema = z.object({
  /** `2026-03`, UTC. */
  month: z.string(),
  /** When the governor first polled the quota. */
  since: instant,
  /** Calls of the month that were used at the last poll. */
  used: z.number(),
  /** The samples of the last hour, five minutes apart, oldest first. `own`: the calls of this pipeline and of its siblings. */
  samples: z.array(z.object({ at: instant, used: z.number(), own: z.number() })),
  /** Calls used on each of the last days, by all systems. */
  days: z.array(z.object({ day: z.string(), used: z.number() })),
});
export type Usage = z.infer<typeof usageSchema>;

/** The version of the record's form. */
const controlVersion = 2;

/**
 * The control record: how governor and operators steer the workers. Only a writer that has read the last revision
 * replaces it.
 */
export const controlRecordSchema = z.object({
  v: z.literal(controlVersion),
  /** Grows by one with each write. */
  revision: z.int(),
  /** Epoch milliseconds at which the governor's last run began. A worker's later signals count until its next run. */
  governedAt: instant,
  quota: z
    .object({
      /** POST, PUT and DELETE calls that were left to this pipeline in the UTC month when the poll was made: at most its share. */
      remaining: z.number(),
      /** Epoch milliseconds at which the poll was started. */
      polledAt: instant,
      /** Our own calls of the month at that time. */
      own: z.number(),
      /** Those and the siblings' own, if the pipeline has siblings. */
      counted: z.number().optional(),
    })
    .optional(),
  lanes: z.record(z.string(), laneControlSchema),
  health: healthSchema,
  usage: usageSchema.optional(),
  /** Epoch milliseconds at which a lane was last known to park. Absent after all parked commands were replayed. */
  parkedAt: instant.optional(),
});
export type ControlRecord = z.infer<typeof controlRecordSchema>;

/** The control record before the governor's first run. */
export const emptyControl: ControlRecord = {
  v: controlVersion,
  revision: 0,
  governedAt: 0,
  lanes: {},
  health: { disposition: 'good', strikes: 0, goodRuns: 0, pauses: 0 },
};

/** What one worker has met and all others must learn at once: the epoch milliseconds of the last occurrence. */
export const signalsSchema = z.object({
  quotaExceededAt: instant.optional(),
  tokenRefusedAt: instant.optional(),
  featureOffAt: instant.optional(),
  apiOutageAt: instant.optional(),
});
export type Signals = z.infer<typeof signalsSchema>;
export type Signal = keyof Signals;

/** One reading of the control record and the workers' signals. */
export interface ControlReading {
  /** Undefined if the record is missing or corrupt. */
  control: ControlRecord | undefined;
  /** Whether the record exists and is malformed. */
  corrupt: boolean;
  signals: Signals;
}

/** Reads the control record, for callers that do not write it. */
export interface ControlReader {
  read(): Promise<Pick<ControlReading, 'control' | 'signals'>>;
}

/** What the workers read and write: the control record, the signals, and the counts for the governor. */
export interface WorkerControl extends ControlReader {
  signal(signal: Signal, nowMilliseconds: number): Promise<void>;
  addSpent(lane: string, calls: number, nowMilliseconds: number): Promise<void>;
  addRenewals(day: string, links: number, nowMilliseconds: number): Promise<void>;
}

/** The record is stale if the governor has not run for this long: three polls, a minute apart, are missing. */
const controlGoodForMilliseconds = 4 * 60_000;

export interface LaneNow {
  state: LaneState;
  reason?: LaneReason;
  /** Epoch milliseconds at which the lane last opened. */
  openedAt?: number;
  /** Whether commands may be parked. If so, later commands for the same link queue behind them. */
  hasParked: boolean;
  /** False if the record's quota is missing or stale. Then the worker polls the quota itself. */
  quotaKnown: boolean;
}

/**
 * A lane's state at this moment: the control record, unless a worker has signalled since. A signal of a spent quota
 * counts until a poll that was *started later* shows room. A signal of a refusal or an outage counts until the
 * governor's next run.
 */
export function laneNow(
  control: ControlRecord | undefined,
  signals: Signals,
  lane: string,
  nowMilliseconds: number,
): LaneNow {
  const recorded = control?.lanes[lane];
  const governedAt = control?.governedAt ?? 0;
  const fresh = nowMilliseconds - governedAt < controlGoodForMilliseconds;
  const common = {
    hasParked: control?.parkedAt !== undefined || (signals.quotaExceededAt ?? Number.NEGATIVE_INFINITY) >= governedAt,
    quotaKnown: fresh && control?.quota !== undefined,
    ...(recorded?.openedAt !== undefined && { openedAt: recorded.openedAt }),
  };
  const paused = (reason: LaneReason): LaneNow => ({ ...common, state: 'paused', reason });
  if (recorded?.state === 'paused') return paused(recorded.reason ?? 'operator');
  // If the governor is down, a signal expires as the record does, and a worker tries again.
  const since = (at: number | undefined) =>
    at !== undefined && at >= governedAt && nowMilliseconds - at < controlGoodForMilliseconds;
  if (since(signals.tokenRefusedAt)) return paused('token-refused');
  if (since(signals.featureOffAt)) return paused('feature-off');
  if (since(signals.apiOutageAt)) return paused('api-outage');
  if (recorded?.state === 'parking') {
    return { ...common, state: 'parking', reason: recorded.reason ?? 'quota-reserve-reached' };
  }
  if (signals.quotaExceededAt !== undefined && signals.quotaExceededAt >= (control?.quota?.polledAt ?? 0)) {
    return { ...common, state: 'parking', reason: 'quota-exceeded' };
  }
  return { ...common, state: 'open' };
}
