import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { awsPrices } from '../../../cli/cost/aws-prices.ts';
import { type MeasuredPerItem, useOn } from '../../../cli/cost/measured-use.ts';
import { type StandingUse, standingUse } from '../../../cli/cost/standing-use.ts';
import { costFigures, costInput, costTables } from '../../report/cost-tables.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { type BenchPipeline, benchPipeline } from '../world/bench-pipeline.ts';
import { creates } from '../world/commands.ts';
import { configuredPlan, configuredQrPlan } from '../world/lanes.ts';
import { requestCountsProbe } from '../world/request-counts.ts';
import { assemblyOf, campaignAt, variantPipeline } from '../world/synthesis.ts';

const qrCodes = 200;
/** The API's latency that the utilisation in lib/config/rate-budget.ts assumes. */
const emulator = { latencyMilliseconds: 100, latencyJitterMilliseconds: 200 };
/** CloudWatch Logs adds so many bytes to the text of each event. */
const logEventBytes = 26;

/** Item 8: the use of each AWS service by a link and by a QR code, and its cost. */
export async function cost({ report, commands = 4_000 }: BenchOptions): Promise<Findings> {
  // The configured pace and batches, in two environments, which any machine can sustain. With a tenth of a call more, or
  // rounding would cut the share below two whole paces.
  const variant = campaignAt(2 * configuredPlan('campaign').callsPerSecond + 0.1);
  const probe = await requestCountsProbe();
  const pipeline = await benchPipeline({ variant, emulator, nodeOptions: [probe.nodeOption] });
  const meter = meterOf(pipeline);
  try {
    const measured: Record<string, number> = {};
    const use = async (worker: 'CampaignLinkWorker' | 'QrWorker', items: number): Promise<MeasuredPerItem> => {
      const name = pipeline.functionOf(worker);
      const counts = await probe.read(name);
      const { invocations, milliseconds, logBytes } = meter.of(name);
      const each = (...operations: string[]) =>
        operations.reduce((sum, operation) => sum + (counts.get(operation) ?? 0), 0) / items;
      measured[worker] = milliseconds / items;
      return {
        lambdaRequests: invocations / items,
        // Sent, received and deleted, ten at a time. QR jobs are rare, so the link worker sends them one by one.
        sqsRequests: worker === 'CampaignLinkWorker' ? 0.3 : 1.2,
        // Each record has less than 1 KB (test/integration/ledger-cost.test.ts).
        dynamoDbWriteUnits: each('PutItem', 'UpdateItem'),
        // A BatchGetItem counts each key, whether the record exists or not: one for each command, and none for a create's QR code.
        dynamoDbReadUnits: each('GetItem') + (worker === 'CampaignLinkWorker' ? 1 : 0),
        snsPublishes: each('Publish'),
        s3Puts: each('S3 PUT'),
        logBytes: logBytes / items,
      };
    };
    report(`cost: ${commands} links`);
    await run(pipeline, commands, 0);
    const link = await use('CampaignLinkWorker', commands);
    report(`cost: ${qrCodes} QR codes`);
    await run(pipeline, qrCodes, 1);
    const qrCode = await use('QrWorker', qrCodes);
    const plan = { link: configuredPlan('campaign'), qr: configuredQrPlan() };
    const input = costInput(variantPipeline({}), useOn(plan, { link, qrCode }), await standing(pipeline));
    return {
      figures: {
        prices: awsPrices,
        use: { ...input.use, standing: input.standing },
        billedMillisecondsHere: measured,
        ...costFigures(input),
      },
      table: costTables(input),
      broken: [],
    };
  } finally {
    await pipeline.stop();
    await rm(probe.directory, { recursive: true, force: true });
  }
}

/** Fills the queue first, because batches must be full. */
async function run(pipeline: BenchPipeline, commands: number, qrEvery: number): Promise<void> {
  await pipeline.feedWorkers(false);
  await pipeline.send('campaign', creates(`cost-${qrEvery}`, commands, qrEvery));
  await pipeline.feedWorkers(true);
  const waiting = async () => (await pipeline.waiting('campaign')) + (await pipeline.waitingQrJobs());
  while ((await waiting()) > 0) await sleep(250);
}

/** Meters durations and log bytes of each function, as AWS would bill them. */
function meterOf({ cloud }: BenchPipeline) {
  const used = new Map<string, { invocations: number; milliseconds: number; logBytes: number }>();
  const of = (name: string) => {
    const known = used.get(name) ?? { invocations: 0, milliseconds: 0, logBytes: 0 };
    used.set(name, known);
    return known;
  };
  cloud.on('invocation', ({ function: name, durationMilliseconds }) => {
    const one = of(name);
    one.invocations += 1;
    one.milliseconds += Math.ceil(durationMilliseconds);
  });
  cloud.on('log', ({ function: name, line }) => {
    of(name).logBytes += Buffer.byteLength(line) + logEventBytes;
  });
  return { of };
}

async function standing({ pipeline }: BenchPipeline): Promise<StandingUse> {
  const assembly = await assemblyOf({});
  const templates = [pipeline.stackName, `${pipeline.stackName}-State`].map(async (stack) =>
    JSON.parse(await readFile(join(assembly, `${stack}.template.json`), 'utf8')),
  );
  return standingUse(await Promise.all(templates), pipeline.settings);
}
