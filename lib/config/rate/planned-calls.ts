import type { Budget } from './budget.ts';
import { functionsOf, type PipelinePlan } from './pipeline-plan.ts';
import type { ReaderPlan } from './reader-plan.ts';
import type { WorkerPlan } from './worker-plan.ts';

/** Once a minute the governor polls the quota and probes the API: one call at a time, at least a second apart. */
export const governorCallsPerSecond = 1;

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

/** Renders the arithmetic of {@link plannedCalls}: `transactional 4 × (16 + 2) + campaign 13 × 63 + … + governor 1`. */
export function arithmeticOf(plan: PipelinePlan): string {
  const terms = functionsOf(plan).map(([name, { concurrency, callsPerSecond, afterCrash }]) => {
    const each = afterCrash === 0 ? callsPerSecond : `(${callsPerSecond} + ${afterCrash})`;
    return `${name} ${concurrency} × ${each}`;
  });
  return [...terms, `governor ${governorCallsPerSecond}`].join(' + ');
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
export const leastUtilisationOf = (one: { utilisation: number; leastUtilisation?: number }) =>
  one.leastUtilisation ?? one.utilisation;
