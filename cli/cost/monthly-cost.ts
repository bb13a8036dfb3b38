import { awsPrices } from './aws-prices.ts';
import type { UsePerItem } from './measured-use.ts';
import type { StandingUse } from './standing-use.ts';

/** What decides the cost of a link. */
export interface LinkCostInput {
  /** 0–1: of the links, those that have a QR code made. */
  qrShare: number;
  /** 0–1: of the links, those whose record is deleted by DynamoDB's TTL in the month, and asked about at the API. */
  expiringShare: number;
  memoryMegabytes: { linkWorker: number; qrWorker: number; expiryWorker: number; governor: number; replayer: number };
  /** How long a link's record and its request's are kept. */
  linkDays: number;
  deduplicationWindowDays: number;
  /** Of the expiry worker, in one environment: it waits for its turn, and the wait is billed. */
  expiryCallsPerSecond: number;
  use: { link: UsePerItem; qrCode: UsePerItem };
}

export interface CostInput extends LinkCostInput {
  linksPerMonth: number;
  standing: StandingUse;
}

export interface CostLine {
  service: string;
  dollarsPerMonth: number;
  /** That part of it which each link adds, for a million of them. */
  dollarsPerMillionLinks: number;
}

/** Of 30 days, as AWS reckons a month for storage. */
const [daysPerMonth, minutesPerMonth, secondsPerMonth] = [30, 43_200, 2_592_000];
/** Lambda starts with five receives side by side on each queue, each a long poll of 20 s (AWS Lambda Developer Guide). */
const idleReceivesPerQueue = (5 * secondsPerMonth) / 20;
/** Two calls of 0.2 s, a second apart. */
const governorSecondsPerRun = 1.5;
/** One listing for each lane, side by side, and a read. */
const replayerSecondsPerRun = 0.3;
/** The control record and the signals: of the governor in each run, and of the replayer. */
const controlReadUnits = 2;
/** The control record holds the samples of an hour and the sums of eight days: between one and two KB. */
const controlWriteUnits = 2;
/** Upper bounds: a record is under 1 KB, so that a write is one unit; DynamoDB adds 100 bytes to each. QR: PNG of 300 pixels. */
const [ledgerRecordBytes, qrImageBytes, historyLineBytes] = [700, 2_500, 300];
const gigabyte = 1024 ** 3;

/** Read units of a governor's run, the mean over a month: a count for each lane and day that was, and one for each day to come. */
export function governorReadUnitsPerRun(lanes: number): number {
  const meanDays = (daysPerMonth + 1) / 2;
  // The expiry worker is counted as a lane. A count that is not there costs a unit as well.
  return controlReadUnits + (lanes + 1) * meanDays + meanDays;
}

const gigabyteSeconds = (milliseconds: number, megabytes: number) => (milliseconds / 1000) * (megabytes / 1024);

/** What each link adds to the bill, by service, in dollars: its record's storage and its end included. */
export function costOfLink(input: LinkCostInput): Map<string, number> {
  const { use, memoryMegabytes: memory } = input;
  const prices = awsPrices;
  // What is made each month stays, on average, for so many months.
  const linkMonths = input.linkDays / daysPerMonth;
  const requestMonths = input.deduplicationWindowDays / daysPerMonth;
  const ledgerGigabytes = (ledgerRecordBytes * (linkMonths + requestMonths)) / gigabyte;
  const perItem = (item: UsePerItem, megabytes: number) => ({
    Lambda:
      gigabyteSeconds(item.lambdaMilliseconds, megabytes) * prices.lambdaGigabyteSecond +
      item.lambdaRequests * prices.lambdaRequest,
    SQS: item.sqsRequests * prices.sqsRequest,
    DynamoDB: item.dynamoDbWriteUnits * prices.dynamoDbWriteUnit + item.dynamoDbReadUnits * prices.dynamoDbReadUnit,
    SNS: item.snsPublishes * prices.snsPublish,
    S3: item.s3Puts * prices.s3Put,
    'CloudWatch Logs': (item.logBytes / gigabyte) * prices.cloudWatchLogsGigabyte,
  });
  const link = perItem(use.link, memory.linkWorker);
  const qrCode = perItem(use.qrCode, memory.qrWorker);
  // Of a link that may live on: it is put back, and its result is written or its record removed. Certain ends cost neither write.
  // One message; a GET at the expiry worker's own, slow pace, in batches of a hundred that share an object of the history. The
  // intake takes a quarter of a second for a hundred.
  const expiry = perItem(
    {
      lambdaMilliseconds: 1000 / input.expiryCallsPerSecond + 2.5,
      lambdaRequests: 0.02,
      sqsRequests: 0.3,
      dynamoDbWriteUnits: 2,
      dynamoDbReadUnits: 1,
      snsPublishes: 0.1,
      s3Puts: 0.01,
      logBytes: use.link.logBytes,
    },
    memory.expiryWorker,
  );
  const services = Object.keys(link) as (keyof typeof link)[];
  const stored = {
    DynamoDB: ledgerGigabytes * (prices.dynamoDbStorageGigabyteMonth + prices.dynamoDbRecoveryGigabyteMonth),
    S3:
      ((input.qrShare * qrImageBytes + input.expiringShare * historyLineBytes) *
        linkMonths *
        prices.s3StorageGigabyteMonth) /
      gigabyte,
  };
  return new Map(
    services.map((service) => [
      service,
      link[service] +
        input.qrShare * qrCode[service] +
        input.expiringShare * expiry[service] +
        (service === 'DynamoDB' || service === 'S3' ? stored[service] : 0),
    ]),
  );
}

/**
 * What a pipeline costs at AWS in a month of 30 days, by service, at list prices without free tiers. Outside of it: what the
 * API costs, the producers' and listeners' own queues, and data transfer, of which a million links send out about a gigabyte
 * (AWS gives 100 a month for free).
 */
export function monthlyCost(input: CostInput): CostLine[] {
  const { standing, memoryMegabytes: memory } = input;
  const prices = awsPrices;
  const variable = costOfLink(input);
  const fixed: Record<string, number> = {
    Lambda:
      minutesPerMonth *
      ((gigabyteSeconds(governorSecondsPerRun * 1000, memory.governor) +
        gigabyteSeconds(replayerSecondsPerRun * 1000, memory.replayer)) *
        prices.lambdaGigabyteSecond +
        2 * prices.lambdaRequest),
    SQS: standing.polledQueues * idleReceivesPerQueue * prices.sqsRequest,
    DynamoDB:
      minutesPerMonth *
      (controlWriteUnits * prices.dynamoDbWriteUnit +
        (governorReadUnitsPerRun(standing.lanes) + controlReadUnits) * prices.dynamoDbReadUnit),
    // The replayer looks once a minute what is parked.
    S3: minutesPerMonth * standing.lanes * prices.s3Put,
    'CloudWatch metrics': standing.customMetrics * prices.cloudWatchMetricMonth,
    'CloudWatch alarms': standing.alarmMetrics * prices.cloudWatchAlarmMetricMonth,
    'CloudWatch dashboard': standing.dashboards * prices.cloudWatchDashboardMonth,
    'Secrets Manager': standing.secrets * prices.secretsManagerSecretMonth,
  };
  return [...new Set([...variable.keys(), ...Object.keys(fixed)])].map((service) => {
    const each = variable.get(service) ?? 0;
    return {
      service,
      dollarsPerMonth: each * input.linksPerMonth + (fixed[service] ?? 0),
      dollarsPerMillionLinks: each * 1_000_000,
    };
  });
}

/** Of the whole ledger, a million records of it. A scan is eventually consistent: half a unit for 4 KB. */
export const dollarsPerMillionScanned = ((1_000_000 * ledgerRecordBytes) / 4_096 / 2) * awsPrices.dynamoDbReadUnit;

/** What single steps of DynamoDB add, for a million links that need them. */
export function dollarsPerMillionSteps(): { chosenIdClaimed: number; endChecked: number } {
  const { dynamoDbWriteUnit: write, dynamoDbReadUnit: read } = awsPrices;
  // An end that is checked: the record goes back, and its result is written or it is removed; the worker reads it once.
  return { chosenIdClaimed: 1_000_000 * write, endChecked: 1_000_000 * (2 * write + read) };
}

/** The sum over all services. */
export function totalOf(lines: readonly CostLine[]): Pick<CostLine, 'dollarsPerMonth' | 'dollarsPerMillionLinks'> {
  return {
    dollarsPerMonth: lines.reduce((sum, line) => sum + line.dollarsPerMonth, 0),
    dollarsPerMillionLinks: lines.reduce((sum, line) => sum + line.dollarsPerMillionLinks, 0),
  };
}
