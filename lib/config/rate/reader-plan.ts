import type { InvocationGap } from '../../../lambdas/domain/control/invocation-gap.ts';
import { floor } from './rounding.ts';
import { utilisationAt } from './utilisation.ts';
import { callsInFlightAt, type PlanFault } from './worker-plan.ts';

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

/** A tool's turn at the reader. The other tools wait for it, so it is short. */
const readerBusySeconds = 4;
/** Lambda answers with at most 6 MB. A link's data is some kilobytes of JSON. */
const readerMaxBatchSize = 250;
/** The reader starts no GET in the last fifteen seconds. The first fifteen are enough for a batch at a fifth of the pace. */
const readerTimeoutSeconds = 30;

/** Sizes the reader, which sends the GETs of the operators' tools. It has no queue, so one environment is enough. */
export function planReader(share: number, budget: number): ReaderPlan | PlanFault {
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
