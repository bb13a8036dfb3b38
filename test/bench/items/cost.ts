import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { awsPrices } from '../../../bin/cost/aws-prices.ts';
import type { StandingUse, UsePerItem } from '../../../bin/cost/measured-use.ts';
import { type CostInput, dollarsPerMillionSteps, monthlyCost, totalOf } from '../../../bin/cost/monthly-cost.ts';
import { governorMetric, laneMetric, operationMetric, operations } from '../../../lambdas/names.ts';
import { planExpiry } from '../../../lib/rate-budget.ts';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { type BenchPipeline, benchPipeline } from '../world/bench-pipeline.ts';
import { creates } from '../world/commands.ts';
import { billedMilliseconds, configuredPlan } from '../world/lanes.ts';
import { requestCountsProbe } from '../world/request-counts.ts';
import { assemblyOf, type Variant, variantPipeline } from '../world/synthesis.ts';

const qrCodes = 200;
const months = [100_000, 1_000_000, 7_500_000];
/** What the duty in lib/rate-budget.ts assumes of the API. */
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
    const use = async (worker: 'LinkWorker' | 'QrWorker', items: number): Promise<UsePerItem> => {
      const name = pipeline.functionOf('campaign', worker);
      const counts = await probe.read(name);
      const { invocations, milliseconds, logBytes } = meter.of(name);
      const each = (...operations: string[]) =>
        operations.reduce((sum, operation) => sum + (counts.get(operation) ?? 0), 0) / items;
      measured[worker] = milliseconds / items;
      return {
        lambdaMilliseconds: billedMilliseconds(configuredPlan('campaign', worker)),
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
    const standing = await standingUse(pipeline);
    const input = inputOf({ link, qrCode, standing });
    return {
      figures: {
        prices: awsPrices,
        use: { link, qrCode, standing },
        billedMillisecondsHere: measured,
        ...dollars(input),
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
  if (campaign === undefined) throw new Error('lib/config.ts has no lane `campaign`');
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

async function standingUse({ pipeline }: BenchPipeline): Promise<StandingUse> {
  const assembly = await assemblyOf({});
  const resources: { Type: string; Properties: { Metrics?: { MetricStat?: unknown }[] } }[] = [];
  for (const stack of [pipeline.stackName, `${pipeline.stackName}-State`]) {
    const { Resources } = JSON.parse(await readFile(join(assembly, `${stack}.template.json`), 'utf8'));
    resources.push(...(Object.values(Resources) as typeof resources));
  }
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  return {
    // An alarm over an expression is billed for each metric in it.
    alarmMetrics: ofType('AWS::CloudWatch::Alarm').reduce(
      (sum, { Properties }) =>
        sum + Math.max(1, (Properties.Metrics ?? []).filter(({ MetricStat }) => MetricStat).length),
      0,
    ),
    customMetrics: mostCustomMetrics(Object.keys(pipeline.settings.lanes).length + 1),
    dashboards: ofType('AWS::CloudWatch::Dashboard').length,
    secrets: ofType('AWS::SecretsManager::Secret').length,
    polledQueues: ofType('AWS::Lambda::EventSourceMapping').length,
  };
}

/** All that there may be, the expiry worker counting as a lane. A metric is billed by the hour in which it is written. */
function mostCustomMetrics(lanes: number): number {
  const ofLane = Object.keys(laneMetric).length + Object.keys(operationMetric).length * operations.length;
  return lanes * ofLane + Object.keys(governorMetric).length;
}

function inputOf(use: CostInput['use']): Omit<CostInput, 'linksPerMonth'> {
  const { settings, account } = variantPipeline({});
  const { plan } = planExpiry(account, settings.expiryRateShare);
  return {
    qrShare: 0.02,
    // Every link ends some day, and each that renews itself is asked about.
    expiringShare: 1,
    memoryMegabytes: settings.memoryMegabytes,
    linkDays: 31,
    requestHorizonDays: settings.requestHorizonDays,
    expiryCallsPerSecond: plan?.callsPerSecond ?? 1,
    use,
  };
}

function dollars(input: Omit<CostInput, 'linksPerMonth'>) {
  const perMonth = months.map((linksPerMonth) => {
    const lines = monthlyCost({ ...input, linksPerMonth });
    const byService = Object.fromEntries(lines.map(({ service, dollarsPerMonth }) => [service, dollarsPerMonth]));
    return { linksPerMonth, dollarsPerMonth: totalOf(lines).dollarsPerMonth, byService };
  });
  const { dollarsPerMillionLinks } = totalOf(monthlyCost({ ...input, linksPerMonth: 1_000_000 }));
  return { dollarsPerMillionLinks, perMonth };
}

function costTables(input: Omit<CostInput, 'linksPerMonth'>): string {
  const { link, qrCode } = input.use;
  const measures = Object.keys(link) as (keyof UsePerItem)[];
  const uses = table(
    ['each takes', 'a link', 'a QR code'],
    measures.map((measure) => [measure, short(link[measure]), short(qrCode[measure])]),
  );
  const columns = months.map((linksPerMonth) => monthlyCost({ ...input, linksPerMonth }));
  const [first = []] = columns;
  const money = (amount = 0) => `$${amount.toFixed(2)}`;
  const rows = first.map(({ service, dollarsPerMillionLinks }, line) => [
    service,
    money(dollarsPerMillionLinks),
    ...columns.map((lines) => money(lines[line]?.dollarsPerMonth)),
  ]);
  const sums = [
    'all',
    money(totalOf(first).dollarsPerMillionLinks),
    ...columns.map((lines) => money(totalOf(lines).dollarsPerMonth)),
  ];
  const header = [
    `dollars (${awsPrices.region}, ${awsPrices.readOn}, no free tier)`,
    'each million links',
    ...months.map((links) => `${links.toLocaleString('en')} links a month`),
  ];
  const { alarmMetrics, customMetrics, polledQueues } = input.use.standing;
  const standing = `Standing: ${alarmMetrics} alarm metrics, at most ${customMetrics} custom metrics, ${polledQueues} polled queues.`;
  const shares = `QR share ${input.qrShare}, expiring share ${input.expiringShare}.`;
  return `${uses}\n\n${table(header, [...rows, sums])}\n\n${shares} ${standing}\n\n${stepsInWords()}`;
}

/** DynamoDB's part of what only some links need; docs/architecture.md tells the figures as well. */
export function stepsInWords(): string {
  const { chosenIdClaimed, endChecked } = dollarsPerMillionSteps();
  return (
    `DynamoDB, for each million links: $${chosenIdClaimed.toFixed(3)} to claim chosen IDs, ` +
    `$${endChecked.toFixed(3)} to check ends.`
  );
}

function short(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(3);
}
