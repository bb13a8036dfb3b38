import { awsPrices } from '../../cli/cost/aws-prices.ts';
import type { PipelineSettings } from '../../lib/config/config-schema.ts';
import type { Bill } from '../bench/lives/bill.ts';
import type { Lives } from '../bench/lives/lives.ts';
import { table } from './table.ts';

/** What was counted in the lives, and its price without what is stored. docs/performance.md has this table. */
export function countsTable({ backlog, alone, ...lives }: Lives, memory: PipelineSettings['memoryMegabytes']): string {
  const ofLanes = (bills: Record<string, Bill>, how: string) =>
    Object.entries(bills).map(([lane, bill]) => [`a create, ${lane}, ${how}`, bill, memory.linkWorker] as const);
  const rows = [
    ...ofLanes(backlog, 'full batches'),
    ...ofLanes(alone, 'one by one'),
    ['a QR code', lives.qrCode, memory.qrWorker] as const,
    ['an end that is checked', lives.checked, memory.expiryWorker] as const,
    ['the same, one in ten seconds', lives.trickle, memory.expiryWorker] as const,
    ['a certain end', lives.certain, memory.expiryWorker] as const,
  ];
  return table(
    [
      'counted, for each',
      'Lambda ms',
      'invocations',
      'SQS requests',
      'write units',
      'read units',
      'publishes',
      'PUTs',
      'log bytes',
      'a million',
    ],
    rows.map(([what, bill, megabytes]) => [
      what,
      short(bill.lambdaMilliseconds),
      short(bill.invocations),
      short(bill.sqsRequests),
      short(bill.writeUnits),
      short(bill.readUnits),
      short(bill.snsPublishes),
      short(bill.s3Puts),
      short(bill.logBytes),
      `$${dollarsOfMillion(bill, megabytes).toFixed(2)}`,
    ]),
  );
}

function dollarsOfMillion(bill: Bill, megabytes: number): number {
  const prices = awsPrices;
  const each =
    (bill.lambdaMilliseconds / 1_000) * (megabytes / 1_024) * prices.lambdaGigabyteSecond +
    bill.invocations * prices.lambdaRequest +
    bill.sqsRequests * prices.sqsRequest +
    bill.writeUnits * prices.dynamoDbWriteUnit +
    bill.readUnits * prices.dynamoDbReadUnit +
    bill.snsPublishes * prices.snsPublish +
    bill.s3Puts * prices.s3Put +
    (bill.logBytes / 1024 ** 3) * prices.cloudWatchLogsGigabyte;
  return 1_000_000 * each;
}

const short = (value: number) => (value >= 10 ? value.toFixed(0) : value.toFixed(3));
