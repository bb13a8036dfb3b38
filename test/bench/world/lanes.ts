import type { PlansOfLife } from '../../../cli/cost/measured-use.ts';
import { plansOf } from '../../../cli/pipeline/configured-pipeline.ts';
import { pascal } from '../../../cli/pipeline/pipeline-outputs.ts';
import type { LanePlan } from '../../../lib/config/rate/pipeline-plan.ts';
import { plannedCallsWithoutCrash } from '../../../lib/config/rate/planned-calls.ts';
import type { WorkerPlan } from '../../../lib/config/rate/worker-plan.ts';
import type { BenchPipeline } from './bench-pipeline.ts';
import { variantPipeline } from './synthesis.ts';

type Running = Pick<BenchPipeline, 'pipeline'>;

export const lanePlans = ({ pipeline }: Running): readonly LanePlan[] => plansOf(pipeline).plans;

/** The QR worker of all lanes, as `lib` sizes it. */
export function qrPlan({ pipeline }: Running): WorkerPlan {
  const { qr } = plansOf(pipeline);
  if (qr === undefined) throw new Error('the configuration has no valid qrRateShare');
  return qr;
}

/** The lanes' workers and the QR worker, as `lib` sizes them, by the names of their functions in this run. */
export function workerShares(running: Pick<BenchPipeline, 'pipeline' | 'functionOf'>) {
  return [
    ...lanePlans(running).map(({ lane, link }) => ({
      function: running.functionOf(`${pascal(lane)}LinkWorker`),
      plan: link,
    })),
    { function: running.functionOf('QrWorker'), plan: qrPlan(running) },
  ];
}

/** The most calls that all functions together may send in any second. No function of a run has more environments than slots. */
export function plannedCallsPerSecond({ pipeline }: Running): number {
  return plannedCallsWithoutCrash(plansOf(pipeline)).callsPerSecond;
}

/** The size of a lane's link worker in examples/configuration.ts. */
export function configuredPlan(lane: string): WorkerPlan {
  const plan = lanePlans({ pipeline: variantPipeline({}) }).find((one) => one.lane === lane);
  if (plan === undefined) throw new Error(`examples/configuration.ts has no lane ${lane}`);
  return plan.link;
}

/** The size of the QR worker in examples/configuration.ts. */
export const configuredQrPlan = (): WorkerPlan => qrPlan({ pipeline: variantPipeline({}) });

/** The sizes of a life's workers in examples/configuration.ts, on a lane. */
export function configuredPlans(lane: string): PlansOfLife {
  const { expiry } = plansOf(variantPipeline({}));
  if (expiry === undefined) throw new Error('the configuration has no valid expiryRateShare');
  return { link: configuredPlan(lane), qr: configuredQrPlan(), expiry };
}
