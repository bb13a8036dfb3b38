/** Names that the functions write and the infrastructure reads: a metric renamed here is renamed in its alarm as well. */

/** The CloudWatch namespace of every metric of the pipeline. */
export const metricNamespace = 'OneLinkPipeline';

/**
 * Dimensions come from bounded sets only (a metric costs 0.30 $ a month for each combination of values).
 * `service` is the pipeline's name and stands on every metric; the others are named where they are used below.
 */
export const dimension = { pipeline: 'service', lane: 'lane', operation: 'operation', source: 'source' } as const;

export { type Operation, operations } from './domain/operation.ts';

/** The expiry worker's metrics, and its state in the control record, stand under a lane of this name, which no lane may have. */
export const expiryLane = 'expiry';

/** Metrics with the dimensions {service, lane}, written by the workers. */
export const laneMetric = {
  commandReceived: 'CommandReceived',
  linkCreated: 'LinkCreated',
  linkUpdated: 'LinkUpdated',
  linkDeleted: 'LinkDeleted',
  commandRepeated: 'CommandRepeated',
  commandRejected: 'CommandRejected',
  commandConflicted: 'CommandConflicted',
  commandStale: 'CommandStale',
  commandSuperseded: 'CommandSuperseded',
  /** Given back to the queue, to be tried again later. */
  commandReturned: 'CommandReturned',
  /** Went to the archive until there is quota again. */
  commandParked: 'CommandParked',
  /** Came back from the archive to its queue. */
  commandReplayed: 'CommandReplayed',
  /** Milliseconds from the message's first arrival on SQS to its outcome. */
  commandLatency: 'CommandLatency',
  linkExpired: 'LinkExpired',
  linkRenewed: 'LinkRenewed',
  /** A link that is to be kept could not be renewed, and will expire within a week. */
  linkExpiringSoon: 'LinkExpiringSoon',
  qrStored: 'QrStored',
  qrFailed: 'QrFailed',
  /** A 409: a call of quota spent on a copy in flight at the same time, or on a chosen ID taken in that instant. */
  takenIdMet: 'TakenIdMet',
  /** A 429 `rate_limit_exceeded`: the pacing arithmetic or another system's share is wrong. */
  rateLimited: 'RateLimited',
  /** A 429 `quota_exceeded`. */
  quotaRefused: 'QuotaRefused',
  /** A batch that found no usable control record, and asked for the quota itself. */
  controlUnreadable: 'ControlUnreadable',
  /** A count of calls, a count of renewals or a signal that could not be written down. */
  bookkeepingFailed: 'BookkeepingFailed',
  /** A 401, also one that a fresh token mends at once, or a 403 `feature_not_enabled`. */
  accountBlocked: 'AccountBlocked',
} as const;

/** Metrics with the dimensions {service, source, operation}: a POST, PUT or DELETE that may have cost a call of the quota. */
export const sourceMetric = { quotaCallMade: 'QuotaCallMade' } as const;

/** Metrics with the dimensions {service, lane, operation}. */
export const operationMetric = {
  apiCallMade: 'ApiCallMade',
  apiCallFailed: 'ApiCallFailed',
  /** Milliseconds from send to answer. */
  apiLatency: 'ApiLatency',
} as const;

/** Metrics with the dimension {service} alone, written by the governor. */
export const governorMetric = {
  quotaRemaining: 'QuotaRemaining',
  /** Calls of this UTC month that are gone, whoever made them. */
  quotaUsed: 'QuotaUsed',
  quotaUsedPercent: 'QuotaUsedPercent',
  /** Calls an hour, over the last one. */
  quotaBurnPerHour: 'QuotaBurnPerHour',
  /** At that burn; 744, a month, where it is longer. */
  quotaHoursToEmpty: 'QuotaHoursToEmpty',
  /** What will be used when the month ends, as a percentage of the quota (governor/forecast.ts). */
  quotaProjectedMonthEndPercent: 'QuotaProjectedMonthEndPercent',
  /** Calls of the last hour that were not ours. */
  quotaSpentElsewhere: 'QuotaSpentElsewhere',
  /** 1 for each poll that was answered: the governor's heartbeat. */
  quotaPolled: 'QuotaPolled',
  /** 1 when the API refuses the token, or has the feature switched off; else 0. */
  accountRefused: 'AccountRefused',
  /** 1 when the API gave the probe, or the workers, no usable answer; else 0. */
  apiUnreachable: 'ApiUnreachable',
  /** The control record could not be read, and was made anew: lanes whose mappings were off stay paused. */
  controlRebuilt: 'ControlRebuilt',
} as const;

/** Metrics with the dimensions {service, lane}, written by the governor each minute. */
export const laneStateMetric = {
  /** Minutes since the lane was last open; 0 while it is. */
  laneParkingMinutes: 'LaneParkingMinutes',
  lanePausedMinutes: 'LanePausedMinutes',
} as const;

/** Metrics with the dimensions {service, lane}, written by the replayer. */
export const replayerMetric = {
  /** Commands that wait in the archive. */
  commandsParked: 'CommandsParked',
} as const;

export const ledgerAttribute = {
  /**
   * The ledger's only key: `link#{onelink-id}/{shortlink-id}`, `request#{source}/{requestId}`,
   * `claim#{onelink-id}/{shortlink-id}`, `parked#{onelink-id}/{shortlink-id}`, `spent#{lane}/{day}`, `renewals#{day}`, `control` or `signals`.
   */
  key: 'pk',
  /** DynamoDB's TTL attribute, in epoch seconds. */
  expiry: 'expiresAt',
} as const;

/** Where things lie in the buckets. */
export const prefix = { qr: 'qr/', rejected: 'rejected/', history: 'history/', parked: 'parked/' } as const;
