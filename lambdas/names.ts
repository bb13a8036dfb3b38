/** Names that the functions write and the infrastructure reads: a metric renamed here is renamed in its alarm as well. */

/** The CloudWatch namespace of every metric of the pipeline. */
export const metricNamespace = 'OneLinkPipeline';

/**
 * Dimensions come from bounded sets only (a metric costs 0.30 $ a month for each combination of values).
 * `service` is the pipeline's name and stands on every metric; the others are named where they are used below.
 */
export const dimension = { pipeline: 'service', lane: 'lane', operation: 'operation' } as const;

export { type Operation, operations } from './domain/operation.ts';

/** The expiry worker's metrics stand under a lane of this name, which no lane may have. */
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
  /** Waits in the queue because the quota is down to the lane's reserve. */
  commandHeld: 'CommandHeld',
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
  /** A 401 that a fresh token did not mend, or a 403 `feature_not_enabled`. */
  accountBlocked: 'AccountBlocked',
} as const;

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
  quotaUsedPercent: 'QuotaUsedPercent',
  /** 1 for each poll that was answered: the governor's heartbeat. */
  quotaPolled: 'QuotaPolled',
  /** 1 when the health probe met a refused token or a switched-off feature, else 0. */
  accountRefused: 'AccountRefused',
  /** 1 when the health probe got no usable answer, else 0. */
  apiUnreachable: 'ApiUnreachable',
} as const;

export const ledgerAttribute = {
  /** The ledger's only key: `link#{onelink-id}/{shortlink-id}`, `request#{source}/{requestId}` or `control`. */
  key: 'pk',
  /** DynamoDB's TTL attribute, in epoch seconds. */
  expiry: 'expiresAt',
} as const;

/** Where things lie in the buckets. */
export const prefix = { qr: 'qr/', rejected: 'rejected/', history: 'history/' } as const;
