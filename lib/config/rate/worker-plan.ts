import { type InvocationGap, mostAfterCrash } from '../../../lambdas/domain/control/invocation-gap.ts';
import { ceil, floor } from './rounding.ts';
import { leastUtilisationAt, utilisationAt } from './utilisation.ts';

/**
 * Derives each worker's concurrency and pace from an AppsFlyer account's limits.
 *
 * C environments send at most r calls a second each, evenly spaced. So no sliding second holds more than C × r calls (r is
 * a whole number). The template holds C as reserved concurrency, and the function's environment holds r. A lane without a window sends
 * at once when an invocation begins. For that it leaves x calls of each environment unused (lambdas/domain/control/pacer.ts).
 */

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

/** One fault, with its path below the pipeline's settings. */
export interface PlanFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** Well below every worker's timeout (at least 30 s), so a worker can still verify an unanswered call within its batch. */
export const callTimeoutMilliseconds = 10_000;

/** Deliveries before SQS moves a message to the dead-letter queue. It catches crashes. Workers return messages long before. */
export const maxReceiveCount = 20;

/** Lambda's longest timeout. */
const maxTimeoutSeconds = 900;
/** SQS event source mappings: `MaximumConcurrency` is 2–1,000. */
export const minConcurrency = 2;
const maxConcurrency = 1_000;

/** A queue with so many messages in flight delivers no more (SQS). A returned message is in flight until its delay ends. */
export const mostInFlight = 120_000;

/** @param path of the share */
export function planWorker(
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
    leastUtilisation: leastUtilisationAt({ busySeconds, callsPerSecond, gap }, batchSize),
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

/**
 * A quarter of a second's commands prepare their calls, 1.5 s of sends wait for their answers, and some write to the ledger.
 * More would only queue behind an API that has stopped answering.
 */
export function callsInFlightAt(callsPerSecond: number): number {
  return Math.min(250, Math.max(4, callsPerSecond * 2));
}

/** Twice the time of a batch at normal pace, in half minutes: each command may need a GET before its POST. */
function timeoutFor(busySeconds: number, windowSeconds: number): number {
  const shortest = windowSeconds > 0 ? 60 : 30;
  return Math.max(shortest, ceil((2 * busySeconds) / 30) * 30);
}

/** A lot holds at most 500 commands. With fewer commands sent ahead, the workers would idle between two lots. */
const leastReplayedAhead = 1_000;

/**
 * The most parked commands that the replayer keeps in a lane's queue: two full batches for each environment. A new command waits
 * behind at most so many.
 */
export function replayedAhead({ concurrency, batchSize }: Pick<WorkerPlan, 'concurrency' | 'batchSize'>): number {
  return Math.max(leastReplayedAhead, 2 * concurrency * batchSize);
}
