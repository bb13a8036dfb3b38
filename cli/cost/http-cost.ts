import { pauseAfter, wholePollMilliseconds } from '../../lambdas/domain/http/polling.ts';
import { awsPrices } from './aws-prices.ts';

/** Assumed of a call that does not wait: a warm function, its reads and writes one after the other, each some milliseconds. */
const callMilliseconds = 40;
/** The count of the producer's rate, the claim of the request, and the note that it was sent. */
const writeUnits = 3;
/** The control record of two KB, and the records of the request, all strongly consistent. */
const readUnits = 3;

/** Dollars, by service of AWS. */
export type DollarsByService = Readonly<Record<string, number>>;

/**
 * What a million commands cost more over the HTTP API, each in a call of its own that does not wait. The message to the lane
 * is in it, because the HTTP API sends it instead of the producer.
 *
 * @param memoryMegabytes of the function
 */
export function dollarsPerMillionCalls(memoryMegabytes: number): DollarsByService {
  const prices = awsPrices;
  return millionOf({
    'API Gateway': prices.apiGatewayRequest,
    DynamoDB: writeUnits * prices.dynamoDbWriteUnit + readUnits * prices.dynamoDbReadUnit,
    Lambda: prices.lambdaRequest + secondsOf(callMilliseconds, memoryMegabytes),
    SQS: prices.sqsRequest,
  });
}

/**
 * What the first second of waiting for an outcome costs in a million calls with one command. The polls are as dense as if none
 * of them took time. Later seconds have fewer polls.
 */
export function dollarsPerMillionSecondsWaited(memoryMegabytes: number): DollarsByService {
  return millionOf({
    DynamoDB: readUnitsOfPolls(1_000) * awsPrices.dynamoDbReadUnit,
    Lambda: secondsOf(1_000, memoryMegabytes),
  });
}

/** A poll reads the request record, and at times the HTTP record as well. Both are smaller than 4 KB. */
function readUnitsOfPolls(milliseconds: number): number {
  let units = 0;
  let lastWhole = 0;
  for (let waited = pauseAfter(0); waited < milliseconds; waited += pauseAfter(waited)) {
    const isWhole = waited - lastWhole >= wholePollMilliseconds;
    if (isWhole) lastWhole = waited;
    units += isWhole ? 2 : 1;
  }
  return units;
}

/** What it costs to post a million outcomes to a producer. */
export const dollarsPerMillionPosts: DollarsByService = millionOf({ SNS: awsPrices.snsHttpsDelivery });

function millionOf(each: DollarsByService): DollarsByService {
  return Object.fromEntries(Object.entries(each).map(([service, dollars]) => [service, 1_000_000 * dollars]));
}

const secondsOf = (milliseconds: number, megabytes: number) =>
  (milliseconds / 1_000) * (megabytes / 1_024) * awsPrices.lambdaGigabyteSecond;
