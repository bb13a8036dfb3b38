import { awsPrices } from '../../cli/cost/aws-prices.ts';
import {
  dollarsPerMillionCalls,
  dollarsPerMillionPosts,
  dollarsPerMillionSecondsWaited,
} from '../../cli/cost/http-cost.ts';
import { measuredUse, type UsePerItem } from '../../cli/cost/measured-use.ts';
import { type CostInput, dollarsPerMillionSteps, monthlyCost, totalOf } from '../../cli/cost/monthly-cost.ts';
import type { StandingUse } from '../../cli/cost/standing-use.ts';
import type { ConfiguredPipeline } from '../../cli/pipeline/configured-pipeline.ts';
import { table } from './table.ts';

type Input = Omit<CostInput, 'linksPerMonth'>;

const months = [100_000, 1_000_000, 7_500_000];
/** In the month of docs/performance.md, half of the links renew themselves. */
export const renewingShareOfMonth = 0.5;

/** The assumptions of the cost table on a month: two of a hundred links have a QR code, half renew themselves, and each link ends. */
export function costInput(
  { settings }: Pick<ConfiguredPipeline, 'settings'>,
  use: Input['use'],
  standing: StandingUse,
): Input {
  return {
    qrShare: 0.02,
    endingShare: 1,
    renewingShare: renewingShareOfMonth,
    memoryMegabytes: settings.memoryMegabytes,
    linkDays: 31,
    deduplicationWindowDays: settings.deduplicationWindowDays,
    logDays: 90,
    use,
    standing,
  };
}

/** The dollars of a million links, by whether they renew themselves. */
export function dollarsOfMillion(input: Input) {
  const of = (renewingShare: number) =>
    totalOf(monthlyCost({ ...input, renewingShare, linksPerMonth: 1_000_000 })).dollarsPerMillionLinks;
  return { renewing: of(1), certain: of(0), asInTheMonth: of(renewingShareOfMonth) };
}

export function costFigures(input: Input) {
  const perMonth = months.map((linksPerMonth) => {
    const lines = monthlyCost({ ...input, linksPerMonth });
    const byService = Object.fromEntries(lines.map(({ service, dollarsPerMonth }) => [service, dollarsPerMonth]));
    return { linksPerMonth, dollarsPerMonth: totalOf(lines).dollarsPerMonth, byService };
  });
  return { dollarsPerMillionLinks: dollarsOfMillion(input), perMonth };
}

/** Other standing uses, to compare. */
interface Beside {
  /** The sample with its HTTP API and outcome queues, which the tables leave out. */
  sample: StandingUse;
  /** The same pipeline as in the tables, with a key of the customer. */
  keyed: StandingUse;
  /** The memory of the HTTP API's function. */
  httpApiMegabytes: number;
}

export function costTables(input: Input, { sample, keyed, httpApiMegabytes }: Beside): string {
  const { link, qrCode, checkedEnd, certainEnd } = input.use;
  const items = [link, qrCode, checkedEnd, certainEnd];
  const measures = Object.keys(link) as (keyof UsePerItem)[];
  const uses = table(
    ['each takes', 'a create', 'a QR code', 'an end that is checked', 'a certain end'],
    measures.map((measure) => [measure, ...items.map((item) => short(item[measure]))]),
  );
  const millions = [1, 0, renewingShareOfMonth].map((renewingShare) =>
    monthlyCost({ ...input, renewingShare, linksPerMonth: 1_000_000 }),
  );
  const columns = months.map((linksPerMonth) => monthlyCost({ ...input, linksPerMonth }));
  const [first = []] = columns;
  const rows = first.map(({ service }, line) => [
    service,
    ...millions.map((lines) => money(lines[line]?.dollarsPerMillionLinks)),
    ...columns.map((lines) => money(lines[line]?.dollarsPerMonth)),
  ]);
  const sums = [
    'all',
    ...millions.map((lines) => money(totalOf(lines).dollarsPerMillionLinks)),
    ...columns.map((lines) => money(totalOf(lines).dollarsPerMonth)),
  ];
  const header = [
    `dollars (${awsPrices.region}, ${awsPrices.readOn}, no free tier)`,
    'a million links that renew themselves',
    'that do not',
    'half of each',
    ...months.map((links) => `${links.toLocaleString('en')} links a month`),
  ];
  const { alarmMetrics, customMetrics, metricMonths, polledQueues, secrets } = input.standing;
  const standing =
    'Standing, without the HTTP API and outcome queues of the sample: ' +
    `${alarmMetrics} alarm metrics, ${customMetrics} custom metrics at most, ${secrets} secrets, ${polledQueues} polled queues. ` +
    `A month bills ${metricMonths.toFixed(1)} of the custom metrics.`;
  const monthOf = (of: StandingUse) =>
    totalOf(monthlyCost({ ...input, standing: of, linksPerMonth: 0 })).dollarsPerMonth;
  const more =
    `The sample’s HTTP API and outcome queues add ${sample.alarmMetrics - alarmMetrics} alarm metrics, ` +
    `${sample.customMetrics - customMetrics} custom metrics and ${sample.secrets - secrets} secret: ` +
    `${money(monthOf(sample) - monthOf(input.standing))} a month.`;
  const { bytes } = measuredUse;
  const sizes =
    `A link's record has ${bytes.link} bytes, a request's ${bytes.request}, and a line of the history ${bytes.historyLine}. ` +
    `QR share ${input.qrShare}.`;
  return `${uses}\n\n${table(header, [...rows, sums])}\n\n${sizes}\n\n${standing} ${more}\n\n${stepsInWords()}\n\n${keyTable(input, keyed)}\n\n${httpTable(httpApiMegabytes)}`;
}

const money = (amount = 0) => `$${amount.toFixed(2)}`;

/** What the HTTP API adds to a command's price, by service. */
function httpTable(megabytes: number): string {
  const parts = {
    'a command in a call of its own': dollarsPerMillionCalls(megabytes),
    'a call’s first second of waiting': dollarsPerMillionSecondsWaited(megabytes),
    'an outcome, posted to an `outcomeUrl`': dollarsPerMillionPosts,
  };
  const services = [...new Set(Object.values(parts).flatMap((part) => Object.keys(part)))];
  return table(
    ['dollars for a million, over the HTTP API', ...services, 'all'],
    Object.entries(parts).map(([what, part]) => [
      what,
      ...services.map((service) => (part[service] === undefined ? '–' : money(part[service]))),
      money(Object.values(part).reduce((sum, one) => sum + one, 0)),
    ]),
  );
}

/** What KMS is asked for in a month, and what it costs. */
function keyTable({ standing, ...input }: Input, keyed: StandingUse): string {
  const columns = [standing, keyed];
  const names = {
    sqs: 'SQS',
    sns: 'SNS',
    dynamoDb: 'DynamoDB',
    secretsManager: 'Secrets Manager',
    lambda: 'Lambda',
  } satisfies Record<keyof StandingUse['keyRequests'], string>;
  const rows = Object.entries(names).map(([service, name]) => [
    name,
    ...columns.map(({ keyRequests }) => keyRequests[service as keyof typeof names].toLocaleString('en')),
  ]);
  const of = (one: StandingUse, linksPerMonth: number) =>
    monthlyCost({ ...input, standing: one, isKeyed: one.keys > 0, linksPerMonth }).find(
      ({ service }) => service === 'KMS',
    );
  const dollars = (linksPerMonth: number) => columns.map((one) => money(of(one, linksPerMonth)?.dollarsPerMonth));
  return table(
    ['KMS requests in a month, by AWS’s formulas', 'as configured', 'with `landingZone.key`'],
    [
      ...rows,
      ['dollars, with the key', ...dollars(0)],
      ...months.map((links) => [`dollars with ${links.toLocaleString('en')} links`, ...dollars(links)]),
    ],
  );
}

/** DynamoDB's cost of steps that only some links need. docs/architecture.md and docs/expiry.md state the same figures. */
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
