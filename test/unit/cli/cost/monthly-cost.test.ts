import { describe, expect, test } from 'vitest';
import { awsPrices } from '../../../../cli/cost/aws-prices.ts';
import { type CostInput, type CostLine, monthlyCost, totalOf } from '../../../../cli/cost/monthly-cost.ts';

const nothing = {
  lambdaMilliseconds: 0,
  lambdaRequests: 0,
  sqsRequests: 0,
  dynamoDbWriteUnits: 0,
  dynamoDbReadUnits: 0,
  snsPublishes: 0,
  s3Puts: 0,
  logBytes: 0,
};
const still: CostInput = {
  linksPerMonth: 0,
  qrShare: 0,
  endingShare: 0,
  renewingShare: 0,
  memoryMegabytes: {
    linkWorker: 1_024,
    qrWorker: 512,
    expiryWorker: 512,
    governor: 256,
    replayer: 256,
    campaignSender: 1_024,
  },
  linkDays: 0,
  deduplicationWindowDays: 0,
  logDays: 0,
  use: { link: nothing, qrCode: nothing, checkedEnd: nothing, certainEnd: nothing },
  standing: {
    alarmMetrics: 0,
    customMetrics: 0,
    metricMonths: 0,
    dashboards: 0,
    secrets: 0,
    keys: 0,
    keyRequests: { sqs: 0, sns: 0, dynamoDb: 0, secretsManager: 0, lambda: 0 },
    polledQueues: 0,
    lanes: 0,
  },
};
const withLinks = (use: Partial<typeof nothing>, linksPerMonth = 1_000_000): CostInput => ({
  ...still,
  linksPerMonth,
  use: { ...still.use, link: { ...nothing, ...use } },
});
const lineOf = (lines: CostLine[], service: string) => lines.find((line) => line.service === service);

describe('the cost of a million links', () => {
  test.each([
    // 10,000 GB-seconds for 10 ms at 1 GB.
    ['Lambda', { lambdaMilliseconds: 10 }, 0.133_334],
    ['DynamoDB', { dynamoDbWriteUnits: 2, dynamoDbReadUnits: 1 }, 1.375],
    ['SQS', { sqsRequests: 0.3 }, 0.12],
    ['SNS', { snsPublishes: 0.1 }, 0.05],
    ['S3', { s3Puts: 1 }, 5],
    ['CloudWatch Logs', { logBytes: 1024 ** 3 / 1_000_000 }, 0.5],
  ])('has what a link uses of %s', (service, use, dollars) => {
    expect(lineOf(monthlyCost(withLinks(use)), service)?.dollarsPerMillionLinks).toBeCloseTo(dollars, 6);
  });

  test('has the storage of links for a month and of requests for two and a half', () => {
    const kept = { ...withLinks({}), linkDays: 30, deduplicationWindowDays: 75 };
    // (370 + 100) bytes × 1 month and (510 + 100) × 2.5 months, × 1,000,000 = 1.86 GB, at 0.45 $ with its recovery.
    expect(lineOf(monthlyCost(kept), 'DynamoDB')?.dollarsPerMillionLinks).toBeCloseTo(0.8361, 3);
  });

  test('has the cost of QR codes and of ends by their share', () => {
    const qrCode = { ...nothing, s3Puts: 1 };
    const lines = monthlyCost({ ...withLinks({}), qrShare: 0.1, use: { ...still.use, qrCode } });
    // A tenth of 5 $, and 2,500 bytes of each for a year
    expect(lineOf(lines, 'S3')?.dollarsPerMillionLinks).toBeCloseTo(0.5 + 0.0643, 3);
    const use = {
      ...still.use,
      checkedEnd: { ...nothing, dynamoDbWriteUnits: 2 },
      certainEnd: { ...nothing, lambdaRequests: 1 },
    };
    const ending = monthlyCost({ ...withLinks({}), endingShare: 0.5, renewingShare: 0.25, use });
    expect(lineOf(ending, 'DynamoDB')?.dollarsPerMillionLinks).toBeCloseTo(0.125 * 2 * 0.625, 6);
    expect(lineOf(ending, 'Lambda')?.dollarsPerMillionLinks).toBeCloseTo(0.375 * 0.2, 6);
    // 322 bytes of the history for a year, of half of the links
    expect(lineOf(ending, 'S3')?.dollarsPerMillionLinks).toBeCloseTo(0.0414, 3);
  });

  test('has a request to KMS for each PUT if a key of the customer encrypts the buckets', () => {
    const puts = withLinks({ s3Puts: 1 });
    expect(lineOf(monthlyCost(puts), 'KMS')?.dollarsPerMillionLinks).toBe(0);
    expect(lineOf(monthlyCost({ ...puts, isKeyed: true }), 'KMS')?.dollarsPerMillionLinks).toBeCloseTo(3, 6);
  });

  test('has the logs as long as they stay, compressed', () => {
    const logBytes = 1024 ** 3 / 1_000_000;
    const lines = monthlyCost({ ...withLinks({ logBytes }), logDays: 90 });
    expect(lineOf(lines, 'CloudWatch Logs')?.dollarsPerMillionLinks).toBeCloseTo(0.5 + 0.15 * 3 * 0.03, 6);
  });

  test('grows with the links, and its total is the sum of its lines', () => {
    const [one, ten] = [1_000_000, 10_000_000].map((links) => totalOf(monthlyCost(withLinks({ s3Puts: 1 }, links))));
    expect((ten?.dollarsPerMonth ?? 0) - (one?.dollarsPerMonth ?? 0)).toBeCloseTo(45, 6);
    expect(ten?.dollarsPerMillionLinks).toBe(one?.dollarsPerMillionLinks);
  });
});

describe('the cost without any link', () => {
  test.each([
    ['alarms', { alarmMetrics: 50 }, 'CloudWatch alarms', 5],
    ['metrics by their hours', { customMetrics: 200, metricMonths: 100 }, 'CloudWatch metrics', 30],
    ['dashboard', { dashboards: 1 }, 'CloudWatch dashboard', 3],
    ['secrets, and a read each minute', { secrets: 2 }, 'Secrets Manager', 1.016],
    // 5 queues × 5 × 2,592,000 s / 20 s = 3,240,000 receives.
    ['five long polls on each queue all the time', { polledQueues: 5 }, 'SQS', 1.296],
    // 43,200 minutes × (2 × 0.625 $ + 72 × 0.125 $) a million.
    [
      '64 read units and two writes of the governor, two reads of the replayer and six of the campaign sender a minute',
      { lanes: 2 },
      'DynamoDB',
      0.4428,
    ],
    // 1 $ and 500,000 requests at 0.03 $ for 10,000.
    [
      'key, and the requests to KMS',
      {
        keys: 1,
        keyRequests: { sqs: 100_000, sns: 200_000, dynamoDb: 50_000, secretsManager: 70_000, lambda: 80_000 },
      },
      'KMS',
      2.5,
    ],
    // 43,200 minutes × 2 listings at 5 $ a million.
    ['listings of the parked commands each minute', { lanes: 2 }, 'S3', 0.432],
  ])('has its %s', (_, change, service, dollars) => {
    const lines = monthlyCost({ ...still, standing: { ...still.standing, ...change } });
    expect(lineOf(lines, service)?.dollarsPerMonth).toBeCloseTo(dollars, 6);
  });

  test('is not counted for each link', () => {
    expect(totalOf(monthlyCost(still)).dollarsPerMillionLinks).toBe(0);
  });
});

test('the prices name their month and region', () => {
  expect(awsPrices.readOn).toMatch(/^20\d\d-\d\d$/);
  expect(awsPrices.region).toBe('us-east-1');
});
