import { plansOf } from '../../../cli/pipeline/configured-pipeline.ts';
import { type LanePlan, planLanes, plannedCalls, type WorkerPlan } from '../../../lib/config/rate-budget.ts';
import type { BenchPipeline } from './bench-pipeline.ts';
import { variantPipeline } from './synthesis.ts';

export function lanePlans({ pipeline }: Pick<BenchPipeline, 'pipeline'>): LanePlan[] {
  return planLanes(pipeline.account, pipeline.settings.lanes).plans;
}

/** Each lane's two workers, as `lib` sizes them, by the names of their functions in this run. */
export function workerShares(running: Pick<BenchPipeline, 'pipeline' | 'functionOf'>) {
  return lanePlans(running).flatMap(({ lane, link, qr }) => [
    { function: running.functionOf(lane, 'LinkWorker'), plan: link },
    { function: running.functionOf(lane, 'QrWorker'), plan: qr },
  ]);
}

/** The most calls that all functions together may send in any second: what the template allows, at most the budget. */
export function plannedCallsPerSecond({ pipeline }: Pick<BenchPipeline, 'pipeline'>): number {
  const { plans, expiry, reader } = plansOf(pipeline);
  return plannedCalls(plans, expiry, reader).callsPerSecond;
}

/** An invocation's start, ledger read and end, as lib/config/rate-budget.ts assumes them. */
const overheadSeconds = 0.1;

/** The utilisation of lib/config/rate-budget.ts, (B/r) / (B/r + 1/r + latency + overhead), at another latency. */
export function utilisationAt({ busySeconds, callsPerSecond }: WorkerPlan, latencySeconds: number): number {
  return busySeconds / (busySeconds + 1 / callsPerSecond + latencySeconds + overheadSeconds);
}

/** The size of a lane's worker in examples/configuration.ts. */
export function configuredPlan(lane: string, worker: 'LinkWorker' | 'QrWorker'): WorkerPlan {
  const plan = lanePlans({ pipeline: variantPipeline({}) }).find((one) => one.lane === lane);
  if (plan === undefined) throw new Error(`examples/configuration.ts has no lane ${lane}`);
  return worker === 'LinkWorker' ? plan.link : plan.qr;
}
