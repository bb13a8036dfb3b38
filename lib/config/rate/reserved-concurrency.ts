import type { PipelineSettings } from '../config-schema.ts';
import { httpConcurrencyOf } from '../http.ts';
import { ingressQueuesOf } from '../principals.ts';
import { functionsOf, type LaneDemand, type PipelinePlan } from './pipeline-plan.ts';
import { minConcurrency, mostInFlight } from './worker-plan.ts';

/**
 * The expiry intake runs once for each shard of the ledger's stream. A new table has four shards. More shards take turns,
 * with a delay of seconds. The intake makes no API calls.
 */
export const intakeConcurrency = 4;

/** How the forwarder takes from one ingress queue. It makes no API calls. */
export interface ForwarderPlan {
  readonly concurrency: number;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly timeoutSeconds: number;
  readonly visibilityTimeoutSeconds: number;
  readonly mostReturnedMessages: number;
}

/** Two environments pass on more than a thousand messages a second: five requests of ten at once, 20 ms each. */
const forwarderTimeoutSeconds = 60;

/** A lane's batches and window, with the fewest environments that a mapping allows. */
export function planForwarder({
  batchSize,
  windowSeconds,
}: Pick<LaneDemand, 'batchSize' | 'windowSeconds'>): ForwarderPlan {
  return {
    concurrency: minConcurrency,
    batchSize,
    windowSeconds,
    timeoutSeconds: forwarderTimeoutSeconds,
    visibilityTimeoutSeconds: 6 * forwarderTimeoutSeconds + windowSeconds,
    mostReturnedMessages: Math.floor(mostInFlight / 2 / minConcurrency) - batchSize,
  };
}

/**
 * How the campaign checker takes from its queue, one message at a time. It makes no API calls. With two environments, a
 * large file leaves one for the others.
 */
export const campaignCheckerPlan = {
  concurrency: minConcurrency,
  /** A slice of a check ends after half a minute. The rest is for a slow last step and the report. */
  timeoutSeconds: 120,
  visibilityTimeoutSeconds: 6 * 120,
} as const;

/** The governor, the replayer and the campaign sender, which run once at a time. */
const singleFunctions = 3;

/** A pause must not wait for an export. */
export const operationsConcurrency = 5;

/** What decides the environments of the forwarder and of the HTTP API. */
export type ReservingSettings = Pick<PipelineSettings, 'producers' | 'http'>;

/**
 * Lambda environments that a pipeline reserves: for the functions of its plan, the expiry intake and the forwarder. The campaign
 * checker, the HTTP API, the operations function and those that run once at a time are counted as well.
 */
export function reservedConcurrency(plan: PipelinePlan, settings: ReservingSettings): number {
  const planned = functionsOf(plan).reduce((total, [, { concurrency }]) => total + concurrency, 0);
  const ofIntake = plan.expiry === undefined ? 0 : intakeConcurrency;
  const ofProducers = ingressQueuesOf(settings).length * minConcurrency + httpConcurrencyOf(settings);
  const ofOthers = campaignCheckerPlan.concurrency + operationsConcurrency + singleFunctions;
  return planned + ofIntake + ofProducers + ofOthers;
}
