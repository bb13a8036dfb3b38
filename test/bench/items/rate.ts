import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { budgetOf } from '../../../lib/config/rate/budget.ts';
import { utilisationAt } from '../../../lib/config/rate/utilisation.ts';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { type BenchPipeline, type BenchPipelineOptions, benchPipeline } from '../world/bench-pipeline.ts';
import { sustainableCallsPerSecond } from '../world/capacity.ts';
import { creates } from '../world/commands.ts';
import { lanePlans, plannedCallsPerSecond, qrPlan, workerShares } from '../world/lanes.ts';
import { cores } from '../world/machine.ts';
import { measureWindow } from '../world/measured-window.ts';
import { otherClient } from '../world/other-client.ts';
import { countBetween, fullestSecond, sendTimesProbe } from '../world/send-times.ts';
import { variantAt } from '../world/synthesis.ts';

interface RateVariant {
  /** The mean. Each answer takes between a half and one and a half of it. */
  latencyMilliseconds: number;
  leftToOthers?: number;
  cloud?: BenchPipelineOptions['cloud'];
  killedHalfway?: boolean;
}

const variants: Readonly<Record<string, RateVariant>> = {
  'latency 20 ms': { latencyMilliseconds: 20 },
  'latency 200 ms': { latencyMilliseconds: 200 },
  'latency 1,000 ms': { latencyMilliseconds: 1_000 },
  'environments recycled every 4 s': { latencyMilliseconds: 200, cloud: { environmentMaximumAgeSeconds: 4 } },
  'another client takes a tenth': { latencyMilliseconds: 200, leftToOthers: 0.1 },
  'all environments killed halfway': { latencyMilliseconds: 200, killedHalfway: true },
};

/** An environment works on a batch for some fifteen seconds. After the warm-up each has begun its first. */
const warmUpSeconds = 12;

export type RateRun = Awaited<ReturnType<typeof saturate>>;

/** Both lanes and the QR queue under an endless backlog. */
export async function rate(options: BenchOptions): Promise<Findings> {
  const { report, only } = options;
  const sustainable = options.callsPerSecond ?? (await sustainableCallsPerSecond(report));
  const runs: RateRun[] = [];
  for (const [name, variant] of Object.entries(variants)) {
    if (only.length > 0 && !only.some((part) => name.includes(part))) continue;
    report(`rate: ${name}, an account of ${sustainable} calls/s`);
    runs.push(await saturate(name, variant, sustainable, options.seconds));
  }
  return { figures: { runs }, table: rateTable(runs), broken: runs.flatMap(brokenIn) };
}

async function saturate(name: string, variant: RateVariant, limit: number, seconds: number) {
  const probe = await sendTimesProbe();
  const { latencyMilliseconds, leftToOthers = 0 } = variant;
  const pipeline = await benchPipeline({
    variant: variantAt({ callsPerSecond: limit, leftToOthers }),
    emulator: { latencyMilliseconds: latencyMilliseconds / 2, latencyJitterMilliseconds: latencyMilliseconds },
    nodeOptions: [probe.nodeOption],
    ...(variant.cloud && { cloud: variant.cloud }),
  });
  try {
    await fillQueues(pipeline, seconds + warmUpSeconds);
    const other = leftToOthers > 0 ? otherClient(pipeline.api.baseUrl, limit * leftToOthers) : undefined;
    await pipeline.feedWorkers(true);
    await sleep(warmUpSeconds * 1000);
    const window = await measureWindow(pipeline, seconds, () => {
      if (variant.killedHalfway) pipeline.cloud.killAllEnvironments();
    });
    await other?.stop();
    const { all, ofFunction } = await probe.read();
    const { arrivals, refused } = await pipeline.api.admin.stats();
    const between = (times: Float64Array = new Float64Array()) =>
      countBetween(times, window.from, window.until) / window.seconds;
    const reachable = workerShares(pipeline).map(({ plan, function: of }) => {
      const calls = plan.concurrency * plan.callsPerSecond;
      return { of, calls, reached: calls * utilisationAt(plan, latencyMilliseconds / 1000) };
    });
    const campaign = reachable.find(({ of }) => of === pipeline.functionOf('CampaignLinkWorker'));
    const reachableCallsPerSecond = reachable.reduce((sum, { reached }) => sum + reached, 0);
    const sustained = between(all);
    const budget = budgetOf(pipeline.pipeline.account).callsPerSecond;
    return {
      variant: name,
      limitCallsPerSecond: limit,
      budgetCallsPerSecond: budget,
      plannedCallsPerSecond: plannedCallsPerSecond(pipeline),
      /** Utilisation × pace, summed over the workers: their rate under a backlog, at this latency. */
      reachableCallsPerSecond,
      sustainedCallsPerSecond: sustained,
      ofBudget: sustained / budget,
      ofReachable: sustained / reachableCallsPerSecond,
      campaignOfItsPace: campaign === undefined ? 0 : between(ofFunction.get(campaign.of)) / campaign.calls,
      fullestSecondOfSends: fullestSecond(all),
      fullestSecondOfArrivals: arrivals.fullestSecond.api,
      refusedCalls: refused.rate + refused.qrRate,
      ownCores: window.ownCores,
      busyCores: window.busyCores,
      cpuMillisecondsPerCall: Object.fromEntries(
        [...window.cpuSeconds].map(([role, used]) => [role, (used * 1000) / (sustained * window.seconds)]),
      ),
    };
  } finally {
    await pipeline.stop();
    await rm(probe.directory, { recursive: true, force: true });
  }
}

/** Fills each queue with more messages than its workers can process in the time. The mappings are off while it fills. */
async function fillQueues(pipeline: BenchPipeline, seconds: number): Promise<void> {
  await pipeline.feedWorkers(false);
  const { concurrency, callsPerSecond } = qrPlan(pipeline);
  const plans = lanePlans(pipeline);
  // Each lane makes twice its part of the QR jobs that the QR worker can do.
  const qrPerSecond = (2 * concurrency * callsPerSecond) / plans.length;
  for (const { lane, link } of plans) {
    const perSecond = link.concurrency * link.callsPerSecond;
    // Two more batches for each environment.
    const count = Math.ceil(perSecond * seconds) + 2 * link.concurrency * link.batchSize;
    const qrEvery = Math.max(1, Math.floor(perSecond / qrPerSecond));
    await pipeline.send(lane, creates(`rate-${lane}`, count, qrEvery));
  }
}

function rateTable(runs: readonly RateRun[]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return table(
    [
      'rate held',
      'budget',
      'sustained',
      'of budget',
      'of what its workers reach (goal 98 %)',
      'campaign lane: of its rate (goal 95 % at 200 ms)',
      'fullest second: sends ≤ plan',
      'arrivals ≤ limit',
      '429',
      `cores: ours, all (of ${cores})`,
    ],
    runs.map((run) => [
      run.variant,
      run.budgetCallsPerSecond,
      run.sustainedCallsPerSecond.toFixed(0),
      percent(run.ofBudget),
      percent(run.ofReachable),
      percent(run.campaignOfItsPace),
      `${run.fullestSecondOfSends} ≤ ${run.plannedCallsPerSecond}`,
      `${run.fullestSecondOfArrivals} ≤ ${run.limitCallsPerSecond}`,
      run.refusedCalls,
      `${run.ownCores.toFixed(2)}, ${run.busyCores.toFixed(2)}`,
    ]),
  );
}

function brokenIn(run: RateRun): string[] {
  const broken: string[] = [];
  if (run.fullestSecondOfSends > run.plannedCallsPerSecond) {
    broken.push(
      `${run.variant}: ${run.fullestSecondOfSends} sends in one second, ${run.plannedCallsPerSecond} planned`,
    );
  }
  if (run.fullestSecondOfArrivals > run.limitCallsPerSecond) {
    broken.push(
      `${run.variant}: ${run.fullestSecondOfArrivals} arrivals in one second, ${run.limitCallsPerSecond} allowed`,
    );
  }
  if (run.refusedCalls > 0) broken.push(`${run.variant}: ${run.refusedCalls} calls were answered 429`);
  return broken;
}
