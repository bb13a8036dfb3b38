import { dialectLimits } from '../../../lambdas/domain/onelink/dialect.ts';
import { dialectOf } from '../account-api.ts';
import type { LaneSettings, PipelineSettings } from '../config-schema.ts';
import { type AccountLimits, type Budget, budgetOf } from './budget.ts';
import { planReader, type ReaderPlan } from './reader-plan.ts';
import { ceil, floor } from './rounding.ts';
import { minConcurrency, type PlanFault, planWorker, type WorkerPlan } from './worker-plan.ts';

/** What a lane demands. Its share is a part of the account's budget. */
export type LaneDemand = Pick<LaneSettings, 'rateShare' | 'batchSize' | 'windowSeconds'>;

/** What a pipeline demands: its lanes, and the shares of what all lanes use together. */
export type PipelineDemand = Pick<PipelineSettings, 'qrRateShare' | 'expiryRateShare' | 'readRateShare'> & {
  readonly lanes: Readonly<Record<string, LaneDemand>>;
};

export interface LanePlan {
  readonly lane: string;
  readonly link: WorkerPlan;
}

/** The sizes of all functions that call the API, except the governor. What is at fault has none. */
export interface PipelinePlan {
  readonly plans: readonly LanePlan[];
  /** The QR worker of all lanes. */
  readonly qr: WorkerPlan | undefined;
  readonly expiry: WorkerPlan | undefined;
  readonly reader: ReaderPlan | undefined;
}

/**
 * How long a worker should work on a full batch. A lane with a window needs throughput, and an environment idles between
 * batches. At fifteen seconds it idles for a fiftieth of the time.
 */
const throughputBusySeconds = 15;
/** A lane without a window needs low latency. A command waits about this long for the others of its batch. */
const latencyBusySeconds = 0.5;

/**
 * How long the QR worker should work on a full batch. All lanes share it, and an urgent job waits for a batch at work. At
 * four seconds an environment idles for a twelfth of the time.
 */
const qrBusySeconds = 4;
/** SQS requires a window for batches above ten. */
const qrWindowSeconds = 1;
const qrMaxBatchSize = 1_000;

/**
 * An expired link that renews itself costs one GET, and nobody waits for it. A batch shares an object of the history, which has 500
 * lines at most. The longest window of SQS makes batches large even if links end one by one.
 */
const expiryBusySeconds = 60;
const expiryMaxBatchSize = 500;
const expiryWindowSeconds = 300;

/** Sizes the functions of one pipeline. */
export function planPipeline(
  limits: AccountLimits,
  { lanes, qrRateShare, expiryRateShare, readRateShare }: PipelineDemand,
): PipelinePlan & { faults: PlanFault[] } {
  const budget = budgetOf(limits);
  const faults: PlanFault[] = [];
  const sound = <Plan extends object>(planned: Plan | PlanFault): Plan | undefined => {
    if (!('message' in planned)) return planned;
    faults.push(planned);
    return undefined;
  };
  const plans = Object.entries(lanes).flatMap(([lane, { rateShare, batchSize, windowSeconds }]): LanePlan[] => {
    const isForLatency = windowSeconds === 0;
    const batches = { batchSize, windowSeconds, busyTarget: isForLatency ? latencyBusySeconds : throughputBusySeconds };
    const gap = isForLatency ? 'after' : 'before';
    const link = sound(planWorker(['lanes', lane, 'rateShare'], rateShare, budget.callsPerSecond, batches, gap));
    return link === undefined ? [] : [{ lane, link }];
  });
  // A version without QR codes gets the smallest worker. No contract lets a job in.
  const { hasQr } = dialectLimits[dialectOf(limits)];
  const [qrShare, ofQr] = hasQr ? [qrRateShare, budget] : [1, { ...budget, qrCallsPerSecond: minConcurrency }];
  const qr = sound(
    planWorker(['qrRateShare'], qrShare, ofQr.qrCallsPerSecond, {
      batchSize: qrBatchSize(qrShare, ofQr),
      windowSeconds: qrWindowSeconds,
      busyTarget: qrBusySeconds,
    }),
  );
  // It asks the API about links past their expiry. It needs throughput, not low latency.
  const expiry = sound(
    planWorker(['expiryRateShare'], expiryRateShare, budget.callsPerSecond, {
      batchSize: expiryBatchSize(expiryRateShare, budget),
      windowSeconds: expiryWindowSeconds,
      busyTarget: throughputBusySeconds,
    }),
  );
  return { plans, qr, expiry, reader: sound(planReader(readRateShare, budget.callsPerSecond)), faults };
}

/** At most {@link expiryBusySeconds} of work for each of the fewest environments. */
function expiryBatchSize(share: number, { callsPerSecond }: Budget): number {
  const checks = floor((floor(share * callsPerSecond) * expiryBusySeconds) / minConcurrency);
  return Math.min(expiryMaxBatchSize, Math.max(1, checks));
}

/** The fewest environments do the work, each with a batch of {@link qrBusySeconds}. */
function qrBatchSize(share: number, { qrCallsPerSecond }: Budget): number {
  const jobs = ceil((floor(share * qrCallsPerSecond) * qrBusySeconds) / minConcurrency);
  return Math.min(qrMaxBatchSize, Math.max(1, jobs));
}

/** The sizes of all functions that call the API, except the governor. */
export function plannedWorkers(plan: PipelinePlan): (WorkerPlan | ReaderPlan)[] {
  return functionsOf(plan).map(([, one]) => one);
}

/** Each function of a plan, with its name. */
export function functionsOf({ plans, qr, expiry, reader }: PipelinePlan): [string, WorkerPlan | ReaderPlan][] {
  const shared = Object.entries({ QR: qr, expiry, reader });
  return [
    ...plans.map(({ lane, link }): [string, WorkerPlan] => [lane, link]),
    ...shared.flatMap(([name, one]): [string, WorkerPlan | ReaderPlan][] => (one === undefined ? [] : [[name, one]])),
  ];
}
