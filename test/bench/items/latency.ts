import { setTimeout as sleep } from 'node:timers/promises';
import { openOutcomeQueue } from '../../../cli/pipeline/outcome-queue.ts';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { benchPipeline } from '../world/bench-pipeline.ts';
import { startBusyCampaign } from '../world/busy-campaign.ts';
import { sustainableCallsPerSecond } from '../world/capacity.ts';
import { creates } from '../world/commands.ts';
import { measureWindow } from '../world/measured-window.ts';
import { percentile } from '../world/percentile.ts';
import { campaignAt } from '../world/synthesis.ts';

/** Constant, so the measurement can subtract it exactly. */
const apiLatencyMilliseconds = 100;
const transactionalPerSecond = 10;
const campaignShareOfSustainable = 0.6;
const goalMilliseconds = 250;

/** How long one person waits for a link while a campaign runs. */
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
    await startBusyCampaign(pipeline, seconds);
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
      'all links a second, these among them',
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
