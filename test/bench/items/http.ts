import { setTimeout as sleep } from 'node:timers/promises';
import { openOutcomeQueue } from '../../../cli/pipeline/outcome-queue.ts';
import { httpLinks } from '../../../client/http.ts';
import { makeHttpKey } from '../../../local/start/http-key.ts';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { benchPipeline } from '../world/bench-pipeline.ts';
import { startBusyCampaign } from '../world/busy-campaign.ts';
import { sustainableCallsPerSecond } from '../world/capacity.ts';
import { creates } from '../world/commands.ts';
import { measureWindow } from '../world/measured-window.ts';
import { percentile } from '../world/percentile.ts';
import { campaignAt, variantPipeline } from '../world/synthesis.ts';

/** Of each way. Both together are what the item on latency sends. */
const perSecond = 5;
const campaignShareOfSustainable = 0.6;
const goalMilliseconds = { p50: 40, p99: 100 };

/**
 * What a call that waits adds to its lane's own latency, beside a busy campaign. Commands over SQS and calls with
 * `Prefer: wait` take turns, so both meet the same load. The lane's own latency ends when the outcome is in a queue.
 */
export async function http(options: BenchOptions): Promise<Findings> {
  const { report, seconds } = options;
  const sustainable = options.callsPerSecond ?? (await sustainableCallsPerSecond(report));
  const campaignPerSecond = campaignShareOfSustainable * sustainable;
  report(`http: beside a campaign of ${campaignPerSecond.toFixed(0)} links/s`);
  const variant = campaignAt(campaignPerSecond);
  const key = makeHttpKey(variantPipeline(variant), new Date());
  if (key === undefined) throw new Error('examples/configuration.ts has no producer with keys');
  const pipeline = await benchPipeline({
    variant,
    emulator: { latencyMilliseconds: 100, latencyJitterMilliseconds: 0 },
    httpKeys: key.secret,
  });
  const over = new AbortController();
  try {
    const links = httpLinks({ url: pipeline.named.HttpApiUrl ?? '', key: key.key });
    const outcomeQueue = await openOutcomeQueue(pipeline, pipeline.outcomeTopicArn, { only: ['product'] });
    const sentAt = new Map<string, number>();
    const ofLane: number[] = [];
    const listening = outcomeQueue.listen(({ requestId, repeat }) => {
      const since = sentAt.get(requestId ?? '');
      if (since === undefined || repeat) return;
      sentAt.delete(requestId ?? '');
      ofLane.push(performance.now() - since);
    }, over.signal);
    const ofCalls: number[] = [];
    let undone = 0;
    const call = async (requestId: string, times: number[]) => {
      const since = performance.now();
      const data = { pid: 'crm_email', c: 'spring_sale' };
      const { status } = await links.create(
        { requestId, onelinkId: 'A1b3', data },
        { lane: 'transactional', waitSeconds: 25 },
      );
      times.push(performance.now() - since);
      if (status !== 'done') undone++;
    };

    await startBusyCampaign(pipeline, seconds);
    // The function's environments start, too.
    await Promise.all(Array.from({ length: 8 }, (_, index) => call(`first-${index}`, [])));
    const before = (await pipeline.api.admin.stats()).links.made;
    const measuring = measureWindow(pipeline, seconds);
    const calls: Promise<void>[] = [];
    for (const message of creates('over-sqs', Math.floor(seconds * perSecond), 0, 'product')) {
      sentAt.set(message.requestId, performance.now());
      await pipeline.send('transactional', [message], 'product');
      await randomPause();
      calls.push(call(message.requestId.replace('sqs', 'http'), ofCalls));
      await randomPause();
    }
    const window = await measuring;
    await Promise.all(calls);
    const made = (await pipeline.api.admin.stats()).links.made - before;
    for (let waited = 0; sentAt.size > 0 && waited < 100; waited++) await sleep(100);
    over.abort();
    await listening;
    await outcomeQueue.close();
    const unanswered = sentAt.size + undone;
    const lane = percentiles(ofLane);
    const waiting = percentiles(ofCalls);
    const added = { p50: waiting.p50 - lane.p50, p95: waiting.p95 - lane.p95, p99: waiting.p99 - lane.p99 };
    const figures = {
      commands: ofLane.length,
      calls: ofCalls.length,
      unanswered,
      campaignLinksPerSecond: made / window.seconds,
      ownCores: window.ownCores,
      busyCores: window.busyCores,
      laneMilliseconds: lane,
      callMilliseconds: waiting,
      addedMilliseconds: added,
    };
    const { p50, p99 } = goalMilliseconds;
    const header = ['beside a campaign', `p50 (goal: + ${p50} ms)`, 'p95', `p99 (goal: + ${p99} ms)`];
    return {
      figures,
      table: table(header, [
        [`${ofLane.length} commands over SQS, until the outcome is in a queue`, ...inWords(lane)],
        [`${ofCalls.length} calls of the HTTP API that wait`, ...inWords(waiting)],
        ['added', ...inWords(added)],
      ]),
      broken: unanswered > 0 ? [`http: ${unanswered} commands had no outcome`] : [],
    };
  } finally {
    over.abort();
    await pipeline.stop();
  }
}

/** Half of the time between two commands of one way, on average. At random, or the commands could follow the batches. */
const randomPause = () => sleep((0.5 + Math.random()) * (500 / perSecond));

interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

const percentiles = (values: readonly number[]): Percentiles => ({
  p50: percentile(values, 0.5),
  p95: percentile(values, 0.95),
  p99: percentile(values, 0.99),
});

const inWords = ({ p50, p95, p99 }: Percentiles) => [p50, p95, p99].map((value) => `${value.toFixed(0)} ms`);
