import {
  type InvocationGap,
  latenessMadeUpMilliseconds,
  mostAfterCrash,
} from '../../lambdas/domain/control/invocation-gap.ts';
import { dialectLimits } from '../../lambdas/domain/onelink/dialect.ts';
import { dialectOf } from './account-api.ts';
import type { AccountSettings, LaneSettings, PipelineSettings } from './config-schema.ts';
import { httpConcurrencyOf } from './http.ts';
import { ingressQueuesOf } from './principals.ts';

/**
 * Derives each worker's concurrency and pace from an AppsFlyer account's limits.
 *
 * C environments send at most r calls a second each, evenly spaced. So no sliding second holds more than C × r calls (r is
 * a whole number). The template holds C as reserved concurrency, and the function's environment holds r. A lane without a window sends
 * at once when an invocation begins. For that it leaves x calls of each environment unused (lambdas/domain/control/pacer.ts).
 */

/**
 * What one AppsFlyer account allows, and how much of it we may use. It is not published whether QR calls also count against
 * the calls per second. We assume so.
 */
export type AccountLimits = Pick<AccountSettings, keyof Budget | 'headroom' | 'leftToOthers' | 'api'>;

/** What a lane demands. Its share is a part of the account's budget. */
export type LaneDemand = Pick<LaneSettings, 'rateShare' | 'batchSize' | 'windowSeconds'>;

/** What a pipeline demands: its lanes, and the shares of what all lanes use together. */
export type PipelineDemand = Pick<PipelineSettings, 'qrRateShare' | 'expiryRateShare' | 'readRateShare'> & {
  readonly lanes: Readonly<Record<string, LaneDemand>>;
};

export interface Budget {
  readonly callsPerSecond: number;
  readonly qrCallsPerSecond: number;
}

/** One worker's size. */
export interface WorkerPlan {
  /** C: reserved concurrency, and the mapping's maximum concurrency. */
  readonly concurrency: number;
  /** r: calls per second in one environment. */
  readonly callsPerSecond: number;
  readonly gap: InvocationGap;
  /** x: calls per second that an environment leaves unused. They may come on top right after a crash. */
  readonly afterCrash: number;
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** How long one environment works on a full batch at its pace: batchSize / callsPerSecond. */
  readonly busySeconds: number;
  /** Utilisation, 0–1: the part of its pace that the worker reaches under a backlog. An environment idles between batches. */
  readonly utilisation: number;
  /** The same, if a mapping begins to fill a batch only when an environment is free. */
  readonly leastUtilisation: number;
  readonly callsInFlight: number;
  readonly timeoutSeconds: number;
  readonly visibilityTimeoutSeconds: number;
  /** Returned messages of one environment whose delays may run at once (lambdas/runtime/returned-messages.ts). */
  readonly mostReturnedMessages: number;
}

/** The reader's size. It serves the tools one turn at a time, so it needs one environment. */
export interface ReaderPlan {
  readonly concurrency: number;
  readonly callsPerSecond: number;
  readonly gap: InvocationGap;
  readonly afterCrash: number;
  /** The most links that a tool may ask for in one turn. */
  readonly batchSize: number;
  readonly busySeconds: number;
  readonly utilisation: number;
  readonly callsInFlight: number;
  readonly timeoutSeconds: number;
}

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

/** One fault, with its path below the pipeline's settings. */
export interface PlanFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** Once a minute the governor polls the quota and probes the API: one call at a time, at least a second apart. */
export const governorCallsPerSecond = 1;

/** Well below every worker's timeout (at least 30 s), so a worker can still verify an unanswered call within its batch. */
export const callTimeoutMilliseconds = 10_000;

/** Deliveries before SQS moves a message to the dead-letter queue. It catches crashes. Workers return messages long before. */
export const maxReceiveCount = 20;

/**
 * How long a worker should work on a full batch. A lane with a window needs throughput, and an environment idles between
 * batches. At fifteen seconds it idles for a fiftieth of the time.
 */
const throughputBusySeconds = 15;
/** A lane without a window needs low latency. A command waits about this long for the others of its batch. */
const latencyBusySeconds = 0.5;

/** The utilisation assumes this latency of the API, and this time for an invocation's start, ledger read and end. */
const assumedLatencySeconds = 0.2;
const assumedOverheadSeconds = 0.1;

/**
 * AWS documents neither how many receivers fill a batch, nor whether the next one fills while all environments are busy. At best it
 * does, and a slot does not wait. At worst one receiver begins when an environment is free. A ReceiveMessage returns ten messages at
 * most. Its time is an assumption: within a region it answers in ten to twenty milliseconds.
 */
const messagesPerReceive = 10;
const assumedReceiveSeconds = 0.02;

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

/** A tool's turn at the reader. The other tools wait for it, so it is short. */
const readerBusySeconds = 4;
/** Lambda answers with at most 6 MB. A link's data is some kilobytes of JSON. */
const readerMaxBatchSize = 250;
/** The reader starts no GET in the last fifteen seconds. The first fifteen are enough for a batch at a fifth of the pace. */
const readerTimeoutSeconds = 30;

/** Lambda's longest timeout. */
const maxTimeoutSeconds = 900;
/** SQS event source mappings: `MaximumConcurrency` is 2–1,000. */
const minConcurrency = 2;
const maxConcurrency = 1_000;

/** A queue with so many messages in flight delivers no more (SQS). A returned message is in flight until its delay ends. */
const mostInFlight = 120_000;

/** Rounds down, without losing a call to binary fractions: 0.57 × 100 is 56.99…9 in floating point. */
const floor = (value: number) => Math.floor(Number(value.toFixed(9)));
const ceil = (value: number) => Math.ceil(Number(value.toFixed(9)));

/** The calls per second that all pipelines on the account may send together. */
export function budgetOf(limits: AccountLimits): Budget {
  const usable = limits.headroom * (1 - limits.leftToOthers);
  return {
    callsPerSecond: floor(limits.callsPerSecond * usable),
    qrCallsPerSecond: floor(limits.qrCallsPerSecond * usable),
  };
}

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

/**
 * The longest that an urgent QR job waits for its call while other lanes have a backlog, in seconds. SQS delivers quiet
 * message groups first. So the job waits until an environment has ended its batch, and has the last turn of the next one.
 */
export function urgentQrSeconds(qr: WorkerPlan): number {
  return 2 * cycleSeconds(qr, assumedLatencySeconds) + qr.windowSeconds;
}

/** Sizes the reader, which sends the GETs of the operators' tools. It has no queue, so one environment is enough. */
function planReader(share: number, budget: number): ReaderPlan | PlanFault {
  const callsPerSecond = floor(share * budget);
  if (callsPerSecond < 1) {
    const arithmetic = `r = floor(${share} × ${budget}) = ${callsPerSecond}`;
    return { path: ['readRateShare'], message: `must leave the reader at least 1 call/s: ${arithmetic}` };
  }
  const batchSize = Math.min(readerMaxBatchSize, callsPerSecond * readerBusySeconds);
  const busySeconds = batchSize / callsPerSecond;
  return {
    concurrency: 1,
    callsPerSecond,
    gap: 'before',
    afterCrash: 0,
    batchSize,
    busySeconds,
    utilisation: utilisationAt({ busySeconds, callsPerSecond, gap: 'before' }),
    callsInFlight: callsInFlightAt(callsPerSecond),
    timeoutSeconds: readerTimeoutSeconds,
  };
}

type Batches = Pick<WorkerPlan, 'busySeconds' | 'callsPerSecond' | 'gap'>;

/**
 * From the start of a full batch to the start of the environment's next one. With the gap after the last send, that gap passes while the
 * last call is answered.
 */
function cycleSeconds({ busySeconds, callsPerSecond, gap }: Batches, latencySeconds: number): number {
  const step = 1 / callsPerSecond;
  const work =
    gap === 'before'
      ? busySeconds + step + latencySeconds
      : busySeconds - step + Math.max(latencySeconds, step + latenessMadeUpMilliseconds / 1000);
  return work + assumedOverheadSeconds;
}

/**
 * The part of its pace that a worker reaches under a backlog, at this latency of the API.
 *
 * @param fillingSeconds for which a slot waits for its batch
 */
export function utilisationAt(batches: Batches, latencySeconds = assumedLatencySeconds, fillingSeconds = 0): number {
  return batches.busySeconds / (cycleSeconds(batches, latencySeconds) + fillingSeconds);
}

/** How long one receiver takes for a batch. */
export function fillingSecondsOf(batchSize: number): number {
  return Math.ceil(batchSize / messagesPerReceive) * assumedReceiveSeconds;
}

/**
 * A quarter of a second's commands prepare their calls, 1.5 s of sends wait for their answers, and some write to the ledger.
 * More would only queue behind an API that has stopped answering.
 */
function callsInFlightAt(callsPerSecond: number): number {
  return Math.min(250, Math.max(4, callsPerSecond * 2));
}

/** @param path of the share */
function planWorker(
  path: readonly string[],
  share: number,
  budget: number,
  { batchSize, windowSeconds, busyTarget }: { batchSize: number; windowSeconds: number; busyTarget: number },
  gap: InvocationGap = 'before',
): WorkerPlan | PlanFault {
  // Only a lane has a batch size of its own.
  const batchPath = path[0] === 'lanes' ? [...path.slice(0, -1), 'batchSize'] : path;
  const rate = floor(share * budget);
  const concurrency = Math.max(minConcurrency, ceil((rate * busyTarget) / batchSize));
  const each = floor(rate / concurrency);
  const callsPerSecond = paceWithin(each, gap);
  const afterCrash = mostAfterCrash(callsPerSecond, gap);
  const arithmetic =
    `R = floor(${share} × ${budget}) = ${rate} calls/s, ` +
    `C = max(${minConcurrency}, ceil(${rate} × ${busyTarget} s / ${batchSize})) = ${concurrency}, ` +
    `r = floor(${rate} / ${concurrency})${gap === 'before' ? '' : ` − ${each - callsPerSecond}`} = ${callsPerSecond}`;
  if (callsPerSecond < 1) {
    const message = `must leave each environment at least 1 call/s: ${arithmetic}; raise the share`;
    return { path, message };
  }
  if (concurrency > maxConcurrency) {
    return { path, message: `must need at most 1,000 environments (SQS event source mappings): ${arithmetic}` };
  }
  const busySeconds = batchSize / callsPerSecond;
  const timeoutSeconds = timeoutFor(busySeconds, windowSeconds);
  if (timeoutSeconds > maxTimeoutSeconds) {
    const took = `${batchSize} / ${callsPerSecond} = ${Math.round(busySeconds)} s`;
    const rule = 'a batch may take at most half of Lambda’s 900 s at its normal pace';
    return { path: batchPath, message: `${rule}: ${arithmetic}, ${took}` };
  }
  const mostReturnedMessages = Math.floor(mostInFlight / 2 / concurrency) - batchSize;
  if (mostReturnedMessages < 1) {
    const rule = `half of the ${mostInFlight.toLocaleString('en')} messages that SQS allows in flight must be more than C × batch`;
    const got = `${concurrency} × ${batchSize} = ${(concurrency * batchSize).toLocaleString('en')}`;
    return { path: batchPath, message: `${rule}: ${arithmetic}, ${got}` };
  }
  return {
    concurrency,
    callsPerSecond,
    gap,
    afterCrash,
    batchSize,
    windowSeconds,
    busySeconds,
    utilisation: utilisationAt({ busySeconds, callsPerSecond, gap }),
    leastUtilisation: utilisationAt(
      { busySeconds, callsPerSecond, gap },
      assumedLatencySeconds,
      fillingSecondsOf(batchSize),
    ),
    callsInFlight: callsInFlightAt(callsPerSecond),
    timeoutSeconds,
    // AWS advises six timeouts plus the window for SQS mappings, or SQS could deliver a message again during its invocation.
    visibilityTimeoutSeconds: 6 * timeoutSeconds + windowSeconds,
    mostReturnedMessages,
  };
}

/** The largest r for which r + x calls fit an environment's part of the share. */
function paceWithin(each: number, gap: InvocationGap): number {
  let callsPerSecond = each;
  while (callsPerSecond > 0 && callsPerSecond + mostAfterCrash(callsPerSecond, gap) > each) callsPerSecond--;
  return callsPerSecond;
}

/** Twice the time of a batch at normal pace, in half minutes: each command may need a GET before its POST. */
function timeoutFor(busySeconds: number, windowSeconds: number): number {
  const shortest = windowSeconds > 0 ? 60 : 30;
  return Math.max(shortest, ceil((2 * busySeconds) / 30) * 30);
}

/** The sizes of all functions that call the API, except the governor. */
export function plannedWorkers(plan: PipelinePlan): (WorkerPlan | ReaderPlan)[] {
  return functionsOf(plan).map(([, one]) => one);
}

/** Each function of a plan, with its name. */
function functionsOf({ plans, qr, expiry, reader }: PipelinePlan): [string, WorkerPlan | ReaderPlan][] {
  const shared = Object.entries({ QR: qr, expiry, reader });
  return [
    ...plans.map(({ lane, link }): [string, WorkerPlan] => [lane, link]),
    ...shared.flatMap(([name, one]): [string, WorkerPlan | ReaderPlan][] => (one === undefined ? [] : [[name, one]])),
  ];
}

/** The most calls that the functions of the plan and one governor may send in any second, also after crashes. QR calls count in both. */
export function plannedCalls(plan: PipelinePlan): Budget {
  return mostCalls(plan, ({ callsPerSecond, afterCrash }) => callsPerSecond + afterCrash);
}

/**
 * The same without what may come on top after a crash. It holds as long as no function has more warm environments than its reserved
 * concurrency: then none is idle while all slots are in use.
 */
export function plannedCallsWithoutCrash(plan: PipelinePlan): Budget {
  return mostCalls(plan, ({ callsPerSecond }) => callsPerSecond);
}

function mostCalls(plan: PipelinePlan, ofEnvironment: (one: WorkerPlan | ReaderPlan) => number): Budget {
  const sum = functionsOf(plan).reduce((total, [, one]) => total + one.concurrency * ofEnvironment(one), 0);
  const { concurrency = 0, callsPerSecond = 0 } = plan.qr ?? {};
  return { callsPerSecond: sum + governorCallsPerSecond, qrCallsPerSecond: concurrency * callsPerSecond };
}

/**
 * Calls per second that the functions of the plan and the governor reach while all of them have work. Each reaches its
 * maximum times its utilisation.
 */
export function reachedCallsPerSecond(plan: PipelinePlan): number {
  return reachedBy(plan, ({ utilisation }) => utilisation);
}

/** The same, if mappings begin to fill a batch only when an environment is free. */
export function leastReachedCallsPerSecond(plan: PipelinePlan): number {
  return reachedBy(plan, leastUtilisationOf);
}

function reachedBy(plan: PipelinePlan, utilisationOf: (one: WorkerPlan | ReaderPlan) => number): number {
  const reached = functionsOf(plan).map(([, one]) => one.concurrency * one.callsPerSecond * utilisationOf(one));
  return reached.reduce((sum, one) => sum + one, governorCallsPerSecond);
}

/** The reader has no queue, so nothing fills. */
const leastUtilisationOf = (one: { utilisation: number; leastUtilisation?: number }) =>
  one.leastUtilisation ?? one.utilisation;

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

/** A lot holds at most 500 commands. With fewer commands sent ahead, the workers would idle between two lots. */
const leastReplayedAhead = 1_000;

/**
 * The most parked commands that the replayer keeps in a lane's queue: two full batches for each environment. A new command waits
 * behind at most so many.
 */
export function replayedAhead({ concurrency, batchSize }: Pick<WorkerPlan, 'concurrency' | 'batchSize'>): number {
  return Math.max(leastReplayedAhead, 2 * concurrency * batchSize);
}

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

/** Renders the arithmetic of {@link plannedCalls}: `transactional 4 × (16 + 2) + campaign 13 × 63 + … + governor 1`. */
export function arithmeticOf(plan: PipelinePlan): string {
  const terms = functionsOf(plan).map(([name, { concurrency, callsPerSecond, afterCrash }]) => {
    const each = afterCrash === 0 ? callsPerSecond : `(${callsPerSecond} + ${afterCrash})`;
    return `${name} ${concurrency} × ${each}`;
  });
  return [...terms, `governor ${governorCallsPerSecond}`].join(' + ');
}

/** Renders the plan as a table, for the operator who synthesises the app. */
export function describe(
  serviceName: string,
  limits: AccountLimits,
  plan: PipelinePlan,
  settings: ReservingSettings,
): string {
  const budget = budgetOf(limits);
  const calls = plannedCalls(plan);
  const reached = [leastReachedCallsPerSecond(plan), reachedCallsPerSecond(plan)] as const;
  const range = (parts: readonly number[]) => [...new Set(parts.map(Math.round))].join('–');
  const percent = (part: number) => 100 * part;
  const row = (cells: readonly (string | number)[]) =>
    cells
      .map((cell, column) => (column === 0 ? String(cell).padEnd(18) : String(cell).padStart(column === 1 ? 15 : 12)))
      .join('');
  const worker = ([name, { concurrency, callsPerSecond, batchSize, ...one }]: [string, WorkerPlan | ReaderPlan]) =>
    row([
      `  ${name}`,
      one.afterCrash === 0
        ? `${concurrency} × ${callsPerSecond}/s`
        : `${concurrency} × (${callsPerSecond} + ${one.afterCrash})/s`,
      batchSize,
      `${one.busySeconds.toFixed(1)} s`,
      `${range([leastUtilisationOf(one), one.utilisation].map(percent))} %`,
      `${one.timeoutSeconds} s`,
      'visibilityTimeoutSeconds' in one ? `${one.visibilityTimeoutSeconds} s` : '-',
    ]);
  return [
    `${serviceName}: at most ${calls.callsPerSecond} of ${budget.callsPerSecond} calls/s, ` +
      `${calls.qrCallsPerSecond} of ${budget.qrCallsPerSecond} QR calls/s; ` +
      `${range(reached)} calls/s (${range(reached.map((calls) => percent(calls / budget.callsPerSecond)))} %) under a backlog; ` +
      `reserves ${reservedConcurrency(plan, settings)} Lambda environments`,
    row(['  worker', 'C × r', 'batch', 'busy', 'utilisation', 'timeout', 'visibility']),
    ...functionsOf(plan).map(worker),
  ].join('\n');
}
