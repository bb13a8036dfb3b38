import { type AccountLimits, budgetOf } from './budget.ts';
import { functionsOf, type PipelinePlan } from './pipeline-plan.ts';
import {
  leastReachedCallsPerSecond,
  leastUtilisationOf,
  plannedCalls,
  reachedCallsPerSecond,
} from './planned-calls.ts';
import type { ReaderPlan } from './reader-plan.ts';
import { type ReservingSettings, reservedConcurrency } from './reserved-concurrency.ts';
import type { WorkerPlan } from './worker-plan.ts';

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
