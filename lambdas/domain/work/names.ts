/** Names that the functions write and the infrastructure reads. A metric renamed here changes in its alarm too. */

/** The CloudWatch namespace of every metric of the pipeline. */
export const metricNamespace = 'OneLinkPipeline';

/**
 * Dimensions come from bounded sets only, because a metric costs $0.30 a month for each combination of values. Every
 * metric has `service`, the pipeline's name. The metrics below name their other dimensions.
 */
export const dimension = { pipeline: 'service', lane: 'lane', operation: 'operation', source: 'source' } as const;

/** The lane name of the expiry worker, in its metrics and in the control record. No configured lane may have it. */
export const expiryLane = 'expiry';

/** The lane name of the QR worker, in the metrics of its calls and in the control record. No configured lane may have it. */
export const qrLane = 'qr';

/** The lane name of the reader in its metrics. No configured lane may have it. */
export const readerLane = 'reader';

/** Metrics with the dimensions {service, lane}, written by the workers. */
export const laneMetric = {
  commandReceived: 'CommandReceived',
  linkCreated: 'LinkCreated',
  linkUpdated: 'LinkUpdated',
  linkDeleted: 'LinkDeleted',
  linkAdopted: 'LinkAdopted',
  linkMigrated: 'LinkMigrated',
  linkFound: 'LinkFound',
  linkNotFound: 'LinkNotFound',
  commandRepeated: 'CommandRepeated',
  commandRejected: 'CommandRejected',
  /** Commands carried out that break a link policy which only warns. */
  policyWarned: 'PolicyWarned',
  commandConflicted: 'CommandConflicted',
  commandStale: 'CommandStale',
  commandSuperseded: 'CommandSuperseded',
  /** Commands returned to the queue for a later try. */
  commandReturned: 'CommandReturned',
  /** Commands moved to the archive until there is quota. */
  commandParked: 'CommandParked',
  /** Commands from an unknown sender, moved to the archive until an operator decides. */
  commandHeld: 'CommandHeld',
  /** Commands whose sender is another producer's, or rejected by an operator. They also count as rejected. */
  senderNotAllowed: 'SenderNotAllowed',
  /** Commands moved from the archive back to their queue. */
  commandReplayed: 'CommandReplayed',
  /** Milliseconds from the message's first sent time to its outcome. */
  commandLatency: 'CommandLatency',
  linkExpired: 'LinkExpired',
  linkRenewed: 'LinkRenewed',
  /** Kept links that could not be renewed and will expire within a week. */
  linkExpiringSoon: 'LinkExpiringSoon',
  qrStored: 'QrStored',
  qrFailed: 'QrFailed',
  /** A 409: a call of quota that a concurrent copy cost, or a chosen ID that was taken in that instant. */
  takenIdMet: 'TakenIdMet',
  /** A 429 `rate_limit_exceeded`: our pacing or another system's share of the rate is wrong. */
  rateLimited: 'RateLimited',
  /** A 429 `quota_exceeded`. */
  quotaRefused: 'QuotaRefused',
  /** Batches whose control record was stale or missing, so they polled the quota themselves. */
  controlUnreadable: 'ControlUnreadable',
  /** Counts of calls, counts of renewals and signals that could not be written. */
  bookkeepingFailed: 'BookkeepingFailed',
  /** A 401, even if a fresh token fixes it at once, or a 403 `feature_not_enabled`. */
  accountBlocked: 'AccountBlocked',
} as const;

/** Metrics with the dimensions {service, source}: a POST, PUT or DELETE that may have cost a call of the quota. */
export const sourceMetric = { quotaCallMade: 'QuotaCallMade' } as const;

/** Metrics with the dimensions {service, lane, operation}. */
export const operationMetric = {
  apiCallFailed: 'ApiCallFailed',
  /** Milliseconds from send to answer, once for each call. So its sample count is the number of calls. */
  apiLatency: 'ApiLatency',
} as const;
