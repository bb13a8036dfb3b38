import { awsPrices } from './aws-prices.ts';
import type { KeyRequests } from './key-requests.ts';
import { measuredUse, type UseOfLife, type UsePerItem } from './measured-use.ts';
import type { StandingUse } from './standing-use.ts';

/** The inputs that decide the cost of a link. */
export interface LinkCostInput {
  /** 0–1: the share of links with a QR code. */
  qrShare: number;
  /** 0–1: the share of links that end. Each link does in the end; a delete leaves nothing that ends. */
  endingShare: number;
  /** 0–1: of these, the share that renews itself, so that the expiry worker asks the API. */
  renewingShare: number;
  memoryMegabytes: Record<
    'linkWorker' | 'qrWorker' | 'expiryWorker' | 'governor' | 'replayer' | 'campaignSender',
    number
  >;
  /** How long the ledger keeps a link record, and a request record. */
  linkDays: number;
  deduplicationWindowDays: number;
  /** How long log events stay. */
  logDays: number;
  /**
   * Whether a key of the customer encrypts the buckets (`landingZone.key`). Each PUT then counts as a request to KMS. S3's bucket keys
   * make most of them needless, but AWS does not document how many.
   */
  isKeyed?: boolean;
  use: UseOfLife;
}

export interface CostInput extends LinkCostInput {
  linksPerMonth: number;
  standing: StandingUse;
}

export interface CostLine {
  service: string;
  dollarsPerMonth: number;
  /** The variable part, for a million links. */
  dollarsPerMillionLinks: number;
}

/** A month of 30 days, by which AWS bills storage. */
const [daysPerMonth, minutesPerMonth, secondsPerMonth] = [30, 43_200, 2_592_000];
/** Lambda starts with five parallel receives on each queue, each a long poll of 20 s (AWS Lambda Developer Guide). */
const idleReceivesPerQueue = (5 * secondsPerMonth) / 20;
/** Two calls of 0.2 s, a second apart. */
const governorSecondsPerRun = 1.5;
/** One listing for each lane, in parallel, and a read. */
const replayerSecondsPerRun = 0.3;
/** A read of the list of campaigns, and of the control record, if no campaign is active. */
const campaignSenderSecondsPerRun = 0.1;
/** The control record and the signals, for each run of the governor and of the replayer. */
const controlReadUnits = 2;
/** The control record holds the samples of an hour and the sums of eight days: between one and two KB. */
const controlWriteUnits = 2;
/** DynamoDB adds 100 bytes to each record. */
const recordOverheadBytes = 100;
/** The history, images, and a link's whole life are counted for a year, although both may stay for ever. */
const archiveMonths = 12;
/** CloudWatch Logs stores text compressed: AWS's own pricing examples take 0.15 of its size. */
const storedShareOfLogs = 0.15;
const gigabyte = 1024 ** 3;

/** Mean read units of a governor's run over a month: a count for each lane and past day, and one for each day to come. */
export function governorReadUnitsPerRun(lanes: number): number {
  const meanDays = (daysPerMonth + 1) / 2;
  // The expiry worker counts as a lane. A missing count costs a unit, too.
  return controlReadUnits + (lanes + 1) * meanDays + meanDays;
}

/** The campaign sender reads the list of campaigns and the control record for each lane. */
const campaignSenderReadUnitsPerRun = (lanes: number) => lanes * (1 + controlReadUnits);

const gigabyteSeconds = (milliseconds: number, megabytes: number) => (milliseconds / 1000) * (megabytes / 1024);

/** What each link adds to the bill in its whole life, in dollars by service: create, code, end, records, history and logs. */
export function costOfLink(input: LinkCostInput): Map<string, number> {
  const { use, memoryMegabytes: memory } = input;
  const prices = awsPrices;
  const { bytes } = measuredUse;
  // The records of each month stay for this many months on average.
  const linkMonths = input.linkDays / daysPerMonth;
  const requestMonths = input.deduplicationWindowDays / daysPerMonth;
  const recordByteMonths =
    (bytes.link + recordOverheadBytes) * linkMonths + (bytes.request + recordOverheadBytes) * requestMonths;
  const ledgerGigabytes = recordByteMonths / gigabyte;
  const logPrice =
    prices.cloudWatchLogsGigabyte +
    storedShareOfLogs * (input.logDays / daysPerMonth) * prices.cloudWatchLogsGigabyteMonth;
  const perItem = (item: UsePerItem, megabytes: number) => ({
    Lambda:
      gigabyteSeconds(item.lambdaMilliseconds, megabytes) * prices.lambdaGigabyteSecond +
      item.lambdaRequests * prices.lambdaRequest,
    SQS: item.sqsRequests * prices.sqsRequest,
    DynamoDB: item.dynamoDbWriteUnits * prices.dynamoDbWriteUnit + item.dynamoDbReadUnits * prices.dynamoDbReadUnit,
    SNS: item.snsPublishes * prices.snsPublish,
    S3: item.s3Puts * prices.s3Put,
    'CloudWatch Logs': (item.logBytes / gigabyte) * logPrice,
    KMS: input.isKeyed ? item.s3Puts * prices.kmsRequest : 0,
  });
  const link = perItem(use.link, memory.linkWorker);
  const qrCode = perItem(use.qrCode, memory.qrWorker);
  const checkedEnd = perItem(use.checkedEnd, memory.expiryWorker);
  const certainEnd = perItem(use.certainEnd, memory.expiryWorker);
  const renewing = input.endingShare * input.renewingShare;
  const ending = input.endingShare - renewing;
  const services = Object.keys(link) as (keyof typeof link)[];
  const stored = {
    DynamoDB: ledgerGigabytes * (prices.dynamoDbStorageGigabyteMonth + prices.dynamoDbRecoveryGigabyteMonth),
    S3:
      ((input.qrShare * bytes.qrImage + input.endingShare * bytes.historyLine) *
        archiveMonths *
        prices.s3StorageGigabyteMonth) /
      gigabyte,
  };
  return new Map(
    services.map((service) => [
      service,
      link[service] +
        input.qrShare * qrCode[service] +
        renewing * checkedEnd[service] +
        ending * certainEnd[service] +
        (service === 'DynamoDB' || service === 'S3' ? stored[service] : 0),
    ]),
  );
}

/**
 * What a pipeline costs at AWS in a month of 30 days, by service, at list prices without free tiers. The sum does not
 * include the API's price, the producers' and listeners' own queues, or data transfer. A million links send out about a
 * gigabyte, and AWS does not bill the first 100 in a month.
 */
export function monthlyCost(input: CostInput): CostLine[] {
  const { standing, memoryMegabytes: memory } = input;
  const prices = awsPrices;
  const variable = costOfLink(input);
  const fixed: Record<string, number> = {
    Lambda:
      minutesPerMonth *
      ((gigabyteSeconds(governorSecondsPerRun * 1000, memory.governor) +
        gigabyteSeconds(replayerSecondsPerRun * 1000, memory.replayer) +
        gigabyteSeconds(campaignSenderSecondsPerRun * 1000, memory.campaignSender)) *
        prices.lambdaGigabyteSecond +
        3 * prices.lambdaRequest),
    SQS: standing.polledQueues * idleReceivesPerQueue * prices.sqsRequest,
    DynamoDB:
      minutesPerMonth *
      (controlWriteUnits * prices.dynamoDbWriteUnit +
        (governorReadUnitsPerRun(standing.lanes) + controlReadUnits + campaignSenderReadUnitsPerRun(standing.lanes)) *
          prices.dynamoDbReadUnit),
    // The replayer lists the parked commands of each lane once a minute.
    S3: minutesPerMonth * standing.lanes * prices.s3Put,
    'CloudWatch metrics': standing.metricMonths * prices.cloudWatchMetricMonth,
    'CloudWatch alarms': standing.alarmMetrics * prices.cloudWatchAlarmMetricMonth,
    'CloudWatch dashboard': standing.dashboards * prices.cloudWatchDashboardMonth,
    // The governor reads the link-ID secret once a minute. Other functions read their secrets once an environment, but for the HTTP API.
    'Secrets Manager':
      standing.secrets * prices.secretsManagerSecretMonth + minutesPerMonth * prices.secretsManagerCall,
    KMS: standing.keys * prices.kmsKeyMonth + keyRequestsIn(standing.keyRequests) * prices.kmsRequest,
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

/** The requests to KMS of all services together. */
export const keyRequestsIn = (requests: KeyRequests) => Object.values(requests).reduce((sum, one) => sum + one, 0);

/** Upper bound of a record. */
const scannedRecordBytes = 700;

/** The cost of a scan of the ledger, per million records. A scan is eventually consistent: half a unit for 4 KB. */
export const dollarsPerMillionScanned = ((1_000_000 * scannedRecordBytes) / 4_096 / 2) * awsPrices.dynamoDbReadUnit;

/** The cost of single steps in DynamoDB, for a million links that need them. */
export function dollarsPerMillionSteps(): { chosenIdClaimed: number; endChecked: number } {
  const { dynamoDbWriteUnit: write, dynamoDbReadUnit: read } = awsPrices;
  // An expiry check writes the record back, writes its result or removes it, and reads it once.
  return { chosenIdClaimed: 1_000_000 * write, endChecked: 1_000_000 * (2 * write + read) };
}

/** The sum over all services. */
export function totalOf(lines: readonly CostLine[]): Pick<CostLine, 'dollarsPerMonth' | 'dollarsPerMillionLinks'> {
  return {
    dollarsPerMonth: lines.reduce((sum, line) => sum + line.dollarsPerMonth, 0),
    dollarsPerMillionLinks: lines.reduce((sum, line) => sum + line.dollarsPerMillionLinks, 0),
  };
}
