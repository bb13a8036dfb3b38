import { pauseAfter, wholePollMilliseconds } from '../../lambdas/domain/http/polling.ts';
import { awsPrices } from './aws-prices.ts';

/** Assumed of a call that does not wait: a warm function, its reads and writes one after the other, each some milliseconds. */
const callMilliseconds = 40;
/** The count of the producer's rate, the claim of the request, and the note that it was sent. */
const writeUnits = 3;
/** The control record of two KB, and the records of the request, all strongly consistent. */
const readUnits = 3;

/**
 * What a million commands cost more over the HTTP API, in dollars, each in a call of its own that does not wait. The message
 * to the lane is in it, because the HTTP API sends it instead of the producer.
 *
 * @param memoryMegabytes of the function
 */
export function dollarsPerMillionCalls(memoryMegabytes: number): number {
  const prices = awsPrices;
  const each =
    prices.apiGatewayRequest +
    prices.lambdaRequest +
    secondsOf(callMilliseconds, memoryMegabytes) +
    writeUnits * prices.dynamoDbWriteUnit +
    readUnits * prices.dynamoDbReadUnit +
    prices.sqsRequest;
  return 1_000_000 * each;
}

/**
 * What the first second of waiting for an outcome costs in a million calls with one command, in dollars. The polls are as
 * dense as if none of them took time. Later seconds have fewer polls.
 */
export const dollarsPerMillionSecondsWaited = (memoryMegabytes: number): number =>
  1_000_000 * (secondsOf(1_000, memoryMegabytes) + readUnitsOfPolls(1_000) * awsPrices.dynamoDbReadUnit);

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

/** What it costs to post a million outcomes to a producer, in dollars. */
export const dollarsPerMillionPosts = 1_000_000 * awsPrices.snsHttpsDelivery;

const secondsOf = (milliseconds: number, megabytes: number) =>
  (milliseconds / 1_000) * (megabytes / 1_024) * awsPrices.lambdaGigabyteSecond;
