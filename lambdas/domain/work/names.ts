/** Names that the functions write and the infrastructure reads: a metric renamed here is renamed in its alarm as well. */

/** The CloudWatch namespace of every metric of the pipeline. */
export const metricNamespace = 'OneLinkPipeline';

/**
 * Dimensions come from bounded sets only (a metric costs 0.30 $ a month for each combination of values).
 * `service` is the pipeline's name and stands on every metric; the others are named where they are used below.
 */
export const dimension = { pipeline: 'service', lane: 'lane', operation: 'operation', source: 'source' } as const;

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
