import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openOutcomeQueue } from '../../../cli/pipeline/outcome-queue.ts';
import { outputNamed } from '../../../cli/pipeline/pipeline-outputs.ts';
import { inboxPrefix, settingsEnding } from '../../../lambdas/domain/campaign/places.ts';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { type BenchPipeline, benchPipeline } from '../world/bench-pipeline.ts';
import { sustainableCallsPerSecond } from '../world/capacity.ts';
import { creates } from '../world/commands.ts';
import { lanePlans } from '../world/lanes.ts';
import { campaignAt } from '../world/synthesis.ts';

const campaignShareOfSustainable = 0.5;
/** The large campaign is so much work of the lane, and the direct producer sends this part of it. */
const [largeSeconds, directPart] = [90, 0.25];
const smallRows = 5;
/** A new file is checked at once, and the sender's run begins with a minute. */
const goalSeconds = 120;
const patienceSeconds = 600;

/** When a part of the work began, and when its links were made: milliseconds of one clock. */
interface Part {
  links: number;
  beganAt: number;
  madeAt: number[];
}

/** A large file, a small file that comes later, and a producer of commands share one lane. */
export async function sharing(options: BenchOptions): Promise<Findings> {
  const { report, callsPerSecond } = options;
  const sustainable = callsPerSecond ?? (await sustainableCallsPerSecond(report));
  const perSecond = campaignShareOfSustainable * sustainable;
  report(`sharing: a lane of ${perSecond.toFixed(0)} links/s`);
  const pipeline = await benchPipeline({ variant: campaignAt(perSecond) });
  const over = new AbortController();
  try {
    const lane = lanePlans(pipeline).find((plan) => plan.lane === 'campaign');
    const rate = lane === undefined ? perSecond : lane.link.concurrency * lane.link.callsPerSecond;
    const rows = options.commands ?? Math.ceil(rate * largeSeconds);
    const parts = {
      large: { links: rows, beganAt: 0, madeAt: [] },
      small: { links: smallRows, beganAt: 0, madeAt: [] },
      direct: { links: Math.ceil(rows * directPart), beganAt: 0, madeAt: [] },
    } as Record<'large' | 'small' | 'direct', Part>;
    const outcomes = await openOutcomeQueue(pipeline, pipeline.outcomeTopicArn, { only: ['studio', 'crm'] });
    const listening = outcomes.listen(({ requestId, outcome, repeat }) => {
      const part = parts[(requestId ?? '').split(/[-/]/)[0] as keyof typeof parts];
      if (outcome === 'created' && !repeat) part?.madeAt.push(performance.now());
    }, over.signal);

    const begin = (part: Part) => {
      part.beganAt = performance.now();
    };
    begin(parts.large);
    await drop(pipeline, 'large', rows);
    await until(() => parts.large.madeAt.length > 0);
    begin(parts.direct);
    await pipeline.send('campaign', creates('direct', parts.direct.links));
    begin(parts.small);
    await drop(pipeline, 'small', smallRows);
    const all = Object.values(parts);
    const done = await until(() => all.every(({ links, madeAt }) => madeAt.length >= links));
    over.abort();
    await listening;
    await outcomes.close();
    return findings(parts, rate, done);
  } finally {
    over.abort();
    await pipeline.stop();
  }
}

function findings(parts: Record<'large' | 'small' | 'direct', Part>, rate: number, done: boolean): Findings {
  const { large, small, direct } = parts;
  const seconds = (from: number, to: number) => (to - from) / 1000;
  const endOf = ({ madeAt }: Part) => madeAt.at(-1) ?? Number.NaN;
  // From the first to the last link of the direct producer: then all have work.
  const [from, to] = [direct.madeAt[0] ?? Number.NaN, endOf(direct)];
  const within = ({ madeAt }: Part) => madeAt.filter((at) => at >= from && at <= to).length / seconds(from, to);
  const figures = Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [
      name,
      {
        links: part.links,
        made: part.madeAt.length,
        linksPerSecondWhileAllHaveWork: within(part),
        secondsToFirstLink: seconds(part.beganAt, part.madeAt[0] ?? Number.NaN),
        secondsToLastLink: seconds(part.beganAt, endOf(part)),
      },
    ]),
  );
  const row = (what: string, part: Part) => [
    what,
    part.links.toLocaleString('en'),
    `${within(part).toFixed(1)}/s`,
    `${seconds(part.beganAt, part.madeAt[0] ?? Number.NaN).toFixed(0)} s`,
    `${seconds(part.beganAt, endOf(part)).toFixed(0)} s`,
  ];
  const lost = Object.entries(parts).filter(([, { links, madeAt }]) => madeAt.length !== links);
  const smallSeconds = seconds(small.beganAt, endOf(small));
  return {
    figures: { laneLinksPerSecond: rate, smallGoalSeconds: goalSeconds, ...figures },
    table: table(
      [`a lane of ${rate} links/s`, 'links', 'rate while all have work', 'first link after', 'last link after'],
      [
        row('a large file', large),
        row('commands, sent at once when its first link is made', direct),
        row(`a file of ${smallRows} rows, right after (goal ≤ ${goalSeconds} s)`, small),
      ],
    ),
    broken: [
      ...(done ? [] : [`sharing: not done after ${patienceSeconds} s`]),
      ...lost.map(([name, { links, madeAt }]) => `sharing: ${name} has ${madeAt.length} links of ${links}`),
      ...(smallSeconds <= goalSeconds ? [] : [`sharing: the small file took ${smallSeconds.toFixed(0)} s`]),
    ],
  };
}

/** Drops a file of creates into the inbox of studio. */
async function drop({ cloud, pipeline }: BenchPipeline, name: string, rows: number): Promise<void> {
  const Bucket = outputNamed('CampaignBucketName', cloud.outputs[pipeline.stackName] ?? {}, pipeline.stackName);
  const s3 = new S3Client({ ...cloud.clientConfig('s3'), forcePathStyle: true });
  const settings = JSON.stringify({ template: 'A1b3', lane: 'campaign' });
  const lines = Array.from({ length: rows }, (_, row) => `row-${row},crm_email,spring_sale,offers/spring?row=${row}`);
  const csv = ['request_id,pid,c,deep_link_value', ...lines].join('\n');
  await s3.send(new PutObjectCommand({ Bucket, Key: `${inboxPrefix}studio/${name}${settingsEnding}`, Body: settings }));
  await s3.send(new PutObjectCommand({ Bucket, Key: `${inboxPrefix}studio/${name}.csv`, Body: csv }));
  s3.destroy();
}

/** @returns false if it is not so in the end */
async function until(isSo: () => boolean): Promise<boolean> {
  const from = performance.now();
  while (!isSo()) {
    if (performance.now() - from > patienceSeconds * 1000) return false;
    await sleep(200);
  }
  return true;
}
