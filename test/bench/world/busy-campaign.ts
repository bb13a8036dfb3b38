import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchPipeline } from './bench-pipeline.ts';
import { creates } from './commands.ts';
import { lanePlans } from './lanes.ts';

export const warmUpSeconds = 12;

/** Gives the campaign lane work for the warm-up and for so many seconds, and waits for the warm-up. */
export async function startBusyCampaign(pipeline: BenchPipeline, seconds: number): Promise<void> {
  await pipeline.feedWorkers(false);
  for (const { lane, link } of lanePlans(pipeline)) {
    if (lane !== 'campaign') continue;
    const perSecond = link.concurrency * link.callsPerSecond;
    const count = Math.ceil(perSecond * (seconds + warmUpSeconds)) + link.concurrency * link.batchSize;
    await pipeline.send(lane, creates('beside', count));
  }
  await pipeline.feedWorkers(true);
  // First commands to start the environments, which no measured command should wait for.
  await pipeline.send('transactional', creates('warm-up', 60, 0, 'product'), 'product');
  await sleep(warmUpSeconds * 1_000);
}
