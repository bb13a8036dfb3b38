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
import { configuredPlan } from '../world/lanes.ts';
import { requestCountsProbe } from '../world/request-counts.ts';
import { assemblyOf, type Variant, variantPipeline } from '../world/synthesis.ts';

const qrCodes = 200;
/** What the utilisation in lib/config/rate-budget.ts assumes of the API. */
const emulator = { latencyMilliseconds: 100, latencyJitterMilliseconds: 200 };
/** CloudWatch Logs counts so many bytes for each event beside its text. */
const logEventBytes = 26;

/** Item 8: what a link and a QR code take of each AWS service, and what that comes to. */
export async function cost({ say, commands = 4_000 }: BenchOptions): Promise<Findings> {
  const variant = twoEnvironmentsAtFullPace();
  const probe = await requestCountsProbe();
  const pipeline = await benchPipeline({ variant, emulator, nodeOptions: [probe.nodeOption] });
  const meter = meterOf(pipeline);
  try {
    const measured: Record<string, number> = {};
    const use = async (worker: 'LinkWorker' | 'QrWorker', items: number): Promise<MeasuredPerItem> => {
      const name = pipeline.functionOf('campaign', worker);
      const counts = await probe.read(name);
      const { invocations, milliseconds, logBytes } = meter.of(name);
      const each = (...operations: string[]) =>
        operations.reduce((sum, operation) => sum + (counts.get(operation) ?? 0), 0) / items;
      measured[worker] = milliseconds / items;
      return {
        lambdaRequests: invocations / items,
        // In, out and deleted, ten at a time. QR jobs are few and far between: the link worker sends them in one by one.
        sqsRequests: worker === 'LinkWorker' ? 0.3 : 1.2,
        // Each of a record under 1 KB (test/integration/ledger-cost.test.ts).
        dynamoDbWriteUnits: each('PutItem', 'UpdateItem'),
        // A BatchGetItem reads its keys one by one, be they there or not: one for each command, and none for a create's code.
        dynamoDbReadUnits: each('GetItem') + (worker === 'LinkWorker' ? 1 : 0),
        snsPublishes: each('Publish'),
        s3Puts: each('S3 PUT'),
        logBytes: logBytes / items,
      };
    };
    say(`cost: ${commands} links`);
    await run(pipeline, commands, 0);
    const link = await use('LinkWorker', commands);
    say(`cost: ${qrCodes} QR codes`);
    await run(pipeline, qrCodes, 1);
    const qrCode = await use('QrWorker', qrCodes);
    const plan = { link: configuredPlan('campaign', 'LinkWorker'), qr: configuredPlan('campaign', 'QrWorker') };
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

/** The campaign lane's pace and batches as they are configured, in as many environments as any machine carries. */
function twoEnvironmentsAtFullPace(): Variant {
  const { settings, account } = variantPipeline({});
  const { campaign, ...others } = settings.lanes;
  if (campaign === undefined) throw new Error('examples/configuration.ts has no lane `campaign`');
  // With a tenth of a call more, so that the share is not cut below two whole paces.
  const rateShare =
    (2 * configuredPlan('campaign', 'LinkWorker').callsPerSecond + 0.1) / (account.callsPerSecond * account.headroom);
  return { settings: { lanes: { ...others, campaign: { ...campaign, rateShare } } } };
}

/** Fills the queue first, so that batches are full. */
async function run(pipeline: BenchPipeline, commands: number, qrEvery: number): Promise<void> {
  await pipeline.feedWorkers(false);
  await pipeline.send('campaign', creates(`cost-${qrEvery}`, commands, qrEvery));
  await pipeline.feedWorkers(true);
  const waiting = async () => (await pipeline.waiting('campaign')) + (await pipeline.waitingQrJobs('campaign'));
  while ((await waiting()) > 0) await sleep(250);
}

/** Durations and log bytes of each function from now on, as AWS would bill them. */
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
