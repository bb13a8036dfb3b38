import { awsPrices } from '../../cli/cost/aws-prices.ts';
import type { UsePerItem } from '../../cli/cost/measured-use.ts';
import { type CostInput, dollarsPerMillionSteps, monthlyCost, totalOf } from '../../cli/cost/monthly-cost.ts';
import type { StandingUse } from '../../cli/cost/standing-use.ts';
import type { ConfiguredPipeline } from '../../cli/pipeline/configured-pipeline.ts';
import { planExpiry } from '../../lib/config/rate-budget.ts';
import { table } from './table.ts';

type Input = Omit<CostInput, 'linksPerMonth'>;

const months = [100_000, 1_000_000, 7_500_000];

/** What the table of costs supposes of a month: two of a hundred links with a QR code, and each link's end. */
export function costInput(
  { settings, account }: Pick<ConfiguredPipeline, 'settings' | 'account'>,
  use: Input['use'],
  standing: StandingUse,
): Input {
  const { plan } = planExpiry(account, settings.expiryRateShare);
  return {
    qrShare: 0.02,
    // Every link ends some day, and each that renews itself is asked about.
    expiringShare: 1,
    memoryMegabytes: settings.memoryMegabytes,
    linkDays: 31,
    deduplicationWindowDays: settings.deduplicationWindowDays,
    expiryCallsPerSecond: plan?.callsPerSecond ?? 1,
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

/** DynamoDB's part of what only some links need; docs/architecture.md and docs/expiry.md hold the figures as well. */
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
