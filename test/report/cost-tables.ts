import { awsPrices } from '../../cli/cost/aws-prices.ts';
import type { UsePerItem } from '../../cli/cost/measured-use.ts';
import { type CostInput, dollarsPerMillionSteps, monthlyCost, totalOf } from '../../cli/cost/monthly-cost.ts';
import type { StandingUse } from '../../cli/cost/standing-use.ts';
import { type ConfiguredPipeline, plansOf } from '../../cli/pipeline/configured-pipeline.ts';
import { table } from './table.ts';

type Input = Omit<CostInput, 'linksPerMonth'>;

const months = [100_000, 1_000_000, 7_500_000];

/** The assumptions of the cost table on a month: two of a hundred links have a QR code, and each link ends. */
export function costInput(
  pipeline: Pick<ConfiguredPipeline, 'settings' | 'account'>,
  use: Input['use'],
  standing: StandingUse,
): Input {
  const { settings } = pipeline;
  return {
    qrShare: 0.02,
    // Every link ends, and the expiry worker checks each link that renews itself.
    expiringShare: 1,
    memoryMegabytes: settings.memoryMegabytes,
    linkDays: 31,
    deduplicationWindowDays: settings.deduplicationWindowDays,
    expiryCallsPerSecond: plansOf(pipeline).expiry?.callsPerSecond ?? 1,
    use,
    standing,
  };
}

export function costFigures(input: Input) {
  const perMonth = months.map((linksPerMonth) => {
    const lines = monthlyCost({ ...input, linksPerMonth });
    const byService = Object.fromEntries(lines.map(({ service, dollarsPerMonth }) => [service, dollarsPerMonth]));
    return { linksPerMonth, dollarsPerMonth: totalOf(lines).dollarsPerMonth, byService };
  });
  const { dollarsPerMillionLinks } = totalOf(monthlyCost({ ...input, linksPerMonth: 1_000_000 }));
  return { dollarsPerMillionLinks, perMonth };
}

export function costTables(input: Input): string {
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
  const { alarmMetrics, customMetrics, polledQueues } = input.standing;
  const standing = `Standing: ${alarmMetrics} alarm metrics, at most ${customMetrics} custom metrics, ${polledQueues} polled queues.`;
  const shares = `QR share ${input.qrShare}, expiring share ${input.expiringShare}.`;
  return `${uses}\n\n${table(header, [...rows, sums])}\n\n${shares} ${standing}\n\n${stepsInWords()}`;
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
