import * as z from 'zod';

/**
 * - `open`     commands are carried out
 * - `parking`  what needs quota goes to the archive and is acknowledged; what is free is answered
 * - `paused`   the lane's mappings are off: messages wait in their queues
 */
export const laneStates = ['open', 'parking', 'paused'] as const;
export type LaneState = (typeof laneStates)[number];

/** Why a lane is not open. */
export const laneReasons = [
  'quota-reserve-reached',
  'quota-exceeded',
  'hourly-cap-reached',
  'daily-cap-reached',
  'token-refused',
  'feature-off',
  'api-outage',
  'operator',
  /** The control record was lost, and the lane's mappings were off: only an operator knows why. */
  'control-record-lost',
] as const;
export type LaneReason = (typeof laneReasons)[number];

const instant = z.number();
const laneControlSchema = z.object({
  state: z.enum(laneStates),
  /** Epoch milliseconds. */
  since: instant,
  reason: z.enum(laneReasons).optional(),
  /** An operator's own words. */
  note: z.string().optional(),
  /** When it was last opened after it had been something else: workers that did not work since begin slowly. */
  openedAt: instant.optional(),
});
export type LaneControl = z.infer<typeof laneControlSchema>;

/** What the governor has seen of the API's health, run after run. */
const healthSchema = z.object({
  verdict: z.enum(['good', 'token-refused', 'feature-off', 'api-outage']),
  /** Bad runs weigh one up, good ones half a one down: a flapping API gets there as well. */
  strikes: z.number(),
  /** Good runs in a row. */
  goodRuns: z.int(),
  /** Set while the governor has the lanes paused. */
  pausedFor: z.enum(['token-refused', 'feature-off', 'api-outage']).optional(),
  /** Pauses of late: each doubles what it takes to open again. */
  pauses: z.int(),
  lastOpenedAt: instant.optional(),
});
export type Health = z.infer<typeof healthSchema>;

/** What the forecast remembers from run to run (governor/forecast.ts). */
const usageSchema = z.object({
  /** `2026-03`, UTC. */
  month: z.string(),
  /** When the governor first saw the quota. */
  since: instant,
  /** Calls of the month that were gone at the last poll. */
  used: z.number(),
  /** At most one for five minutes, oldest first, of the last hour or so. */
  samples: z.array(z.object({ at: instant, used: z.number(), own: z.number() })),
  /** Calls used on each of the last days, whoever made them. */
  days: z.array(z.object({ day: z.string(), used: z.number() })),
});
export type Usage = z.infer<typeof usageSchema>;

/** The version of the record's form. */
const controlVersion = 2;

/**
 * The governor's word to the workers, and an operator's: one record, replaced only by who has read its last revision.
 */
export const controlRecordSchema = z.object({
  v: z.literal(controlVersion),
  /** One more with each write. */
  revision: z.int(),
  /** Epoch milliseconds at which the governor's last run began. What a worker signals later than that still counts. */
  governedAt: instant,
  quota: z
    .object({
      /** POST, PUT and DELETE calls left this UTC month when the poll was made. */
      remaining: z.number(),
      /** Epoch milliseconds at which the poll was started. */
      polledAt: instant,
      /** Our own calls of the month by then. */
      own: z.number(),
    })
    .optional(),
  lanes: z.record(z.string(), laneControlSchema),
  health: healthSchema,
  usage: usageSchema.optional(),
  /** Epoch milliseconds at which some lane was last known to park, while not all that was parked has been replayed. */
  parkedAt: instant.optional(),
});
export type ControlRecord = z.infer<typeof controlRecordSchema>;

/** What stands before the governor's first run. */
export const emptyControl: ControlRecord = {
  v: controlVersion,
  revision: 0,
  governedAt: 0,
  lanes: {},
  health: { verdict: 'good', strikes: 0, goodRuns: 0, pauses: 0 },
};

/** What a worker meets, and all others should know at once. Epoch milliseconds each, of the last time. */
export const signalsSchema = z.object({
  quotaExceededAt: instant.optional(),
  tokenRefusedAt: instant.optional(),
  featureOffAt: instant.optional(),
  apiOutageAt: instant.optional(),
});
export type Signals = z.infer<typeof signalsSchema>;
export type Signal = keyof Signals;

/** What the workers know of how things stand. */
export interface ControlReading {
  /** Undefined when there is none, or it makes no sense. */
  control: ControlRecord | undefined;
  /** There is one, and it makes no sense. */
  corrupt: boolean;
  signals: Signals;
}

/** Reads how things stand, for those who have no part in keeping the record. */
export interface ControlReader {
  read(): Promise<Pick<ControlReading, 'control' | 'signals'>>;
}

/** Without a run of the governor for so long, what it said last is not relied on: three polls of a minute are missing. */
const controlGoodForMilliseconds = 4 * 60_000;

export interface LaneNow {
  state: LaneState;
  reason?: LaneReason;
  /** When it was last opened, epoch milliseconds. */
  openedAt?: number;
  /** Whether anything is parked that later commands for the same link have to stand behind. */
  hasParked: boolean;
  /** False: the governor's figure of the quota is missing or old, and the worker has to ask for it. */
  quotaKnown: boolean;
}

/**
 * How a lane stands at this moment: the control record's word, unless a worker has met something since. A spent quota
 * counts until a poll that was *started later* shows room; a refusal or an outage until the governor has looked.
 */
export function laneNow(
  control: ControlRecord | undefined,
  signals: Signals,
  lane: string,
  nowMilliseconds: number,
): LaneNow {
  const said = control?.lanes[lane];
  const governedAt = control?.governedAt ?? 0;
  const fresh = nowMilliseconds - governedAt < controlGoodForMilliseconds;
  const common = {
    hasParked: control?.parkedAt !== undefined || (signals.quotaExceededAt ?? Number.NEGATIVE_INFINITY) >= governedAt,
    quotaKnown: fresh && control?.quota !== undefined,
    ...(said?.openedAt !== undefined && { openedAt: said.openedAt }),
  };
  const paused = (reason: LaneReason): LaneNow => ({ ...common, state: 'paused', reason });
  if (said?.state === 'paused') return paused(said.reason ?? 'operator');
  // Longer ago than the governor may be silent, a signal is as old as the record: somebody has to try again.
  const since = (at: number | undefined) =>
    at !== undefined && at >= governedAt && nowMilliseconds - at < controlGoodForMilliseconds;
  if (since(signals.tokenRefusedAt)) return paused('token-refused');
  if (since(signals.featureOffAt)) return paused('feature-off');
  if (since(signals.apiOutageAt)) return paused('api-outage');
  if (said?.state === 'parking') return { ...common, state: 'parking', reason: said.reason ?? 'quota-reserve-reached' };
  if (signals.quotaExceededAt !== undefined && signals.quotaExceededAt >= (control?.quota?.polledAt ?? 0)) {
    return { ...common, state: 'parking', reason: 'quota-exceeded' };
  }
  return { ...common, state: 'open' };
}
