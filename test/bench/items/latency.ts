import { setTimeout as sleep } from 'node:timers/promises';
import { openOutcomeQueue } from '../../../cli/pipeline/outcome-queue.ts';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { benchPipeline } from '../world/bench-pipeline.ts';
import { sustainableCallsPerSecond } from '../world/capacity.ts';
import { creates } from '../world/commands.ts';
import { lanePlans } from '../world/lanes.ts';
import { measureWindow } from '../world/measured-window.ts';
import { campaignAt } from '../world/synthesis.ts';

/** Constant, so the measurement can subtract it exactly. */
const apiLatencyMilliseconds = 100;
const transactionalPerSecond = 10;
const campaignShareOfSustainable = 0.6;
const goalMilliseconds = 250;
const warmUpSeconds = 12;

/** Item 6: how long one person waits for a link while a campaign runs. */
export async function latency(options: BenchOptions): Promise<Findings> {
  const { report, seconds } = options;
  const sustainable = options.callsPerSecond ?? (await sustainableCallsPerSecond(report));
  const campaignPerSecond = campaignShareOfSustainable * sustainable;
  report(`latency: beside a campaign of ${campaignPerSecond.toFixed(0)} links/s`);
  const pipeline = await benchPipeline({
    variant: campaignAt(campaignPerSecond),
    emulator: { latencyMilliseconds: apiLatencyMilliseconds, latencyJitterMilliseconds: 0 },
  });
  const over = new AbortController();
  try {
    // With a source of its own, so the queue receives no outcomes of the campaign.
    const outcomeQueue = await openOutcomeQueue(pipeline, pipeline.outcomeTopicArn, { only: ['product'] });
    const sentAt = new Map<string, number>();
    const took: number[] = [];
    const listening = outcomeQueue.listen(({ requestId, repeat }) => {
      const since = sentAt.get(requestId ?? '');
      if (since === undefined || repeat) return;
      sentAt.delete(requestId ?? '');
      took.push(performance.now() - since - apiLatencyMilliseconds);
    }, over.signal);
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
    await sleep(warmUpSeconds * 1000);
    const before = (await pipeline.api.admin.stats()).links.made;
    const measuring = measureWindow(pipeline, seconds);
    for (const message of creates('waiting', Math.floor(seconds * transactionalPerSecond), 0, 'product')) {
      sentAt.set(message.requestId, performance.now());
      await pipeline.send('transactional', [message], 'product');
      // At random intervals, or the commands could synchronise with the batches.
      await sleep((0.5 + Math.random()) * (1000 / transactionalPerSecond));
    }
    const window = await measuring;
    const made = (await pipeline.api.admin.stats()).links.made - before;
    for (let waited = 0; sentAt.size > 0 && waited < 100; waited++) await sleep(100);
    over.abort();
    await listening;
    await outcomeQueue.close();
    const unanswered = sentAt.size;
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(took, share));
    const figures = {
      apiLatencyMilliseconds,
      commands: took.length,
      unanswered,
      campaignLinksPerSecond: made / window.seconds,
      ownCores: window.ownCores,
      busyCores: window.busyCores,
      aboveApiMilliseconds: { p50, p95, p99 },
    };
    const row = [p50, p95, p99].map((value) => `${value?.toFixed(0)} ms`);
    const header = [
      'transactional latency above the API’s',
      'p50',
      'p95',
      `p99 (goal ≤ ${goalMilliseconds} ms)`,
      'campaign rate',
    ];
    return {
      figures,
      table: table(header, [
        [`${took.length} commands`, ...row, `${figures.campaignLinksPerSecond.toFixed(0)} links/s`],
      ]),
      broken: unanswered > 0 ? [`latency: ${unanswered} commands had no outcome`] : [],
    };
  } finally {
    over.abort();
    await pipeline.stop();
  }
}

/** The percentile by nearest rank. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
