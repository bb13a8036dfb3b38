import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Clock } from '../domain/clock.ts';
import { type BatchWork, type Delivery, leastTimeMilliseconds } from '../domain/delivery.ts';
import { returnDelaySeconds } from '../domain/return-delay.ts';
import { ReturnedMessages } from './returned-messages.ts';
import type { Telemetry } from './telemetry.ts';
import type { Turnstile } from './turnstile.ts';

export interface SqsBatchOptions {
  work: BatchWork;
  queue: { delay(messages: { receiptHandle: string; delaySeconds: number }[]): Promise<number> };
  telemetry: Telemetry;
  turns: Turnstile;
  api: { beginInvocation(mayRetry: () => boolean): void };
  /** How many returned messages may have their delay running, of this environment's. */
  mostReturned: number;
  clock: Clock;
}

/**
 * An SQS batch as a Lambda function: deliveries in, one verdict each out; what is not done is reported as failed, after
 * its visibility was set to a growing, jittered delay. If the work itself throws, the whole batch fails and returns
 * when the queue's visibility time-out ends: every step of the work can be repeated.
 */
export function sqsBatch({ work, queue, telemetry, turns, api, mostReturned, clock }: SqsBatchOptions) {
  const log = telemetry.observer({});
  const returnedMessages = new ReturnedMessages(mostReturned, clock);
  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const deadline = { remainingMilliseconds: () => context.getRemainingTimeInMillis() };
    telemetry.beginInvocation(context);
    turns.beginInvocation();
    api.beginInvocation(() => deadline.remainingMilliseconds() > leastTimeMilliseconds);
    try {
      const verdicts = await work(event.Records.map(deliveryOf), deadline);
      const returned = event.Records.flatMap((record, index) => {
        const verdict = verdicts[index] ?? 'try-again';
        return verdict === 'done' ? [] : [{ record, cause: verdict }];
      });
      const delays = returned.map(({ record, cause }) => ({
        receiptHandle: record.receiptHandle,
        delaySeconds: returnDelaySeconds(cause, receiveCountOf(record), Math.random()),
      }));
      const undelayed = await queue.delay(await returnedMessages.admit(delays, deadline));
      if (undelayed > 0) log.warn('some returned messages keep the queue’s visibility time-out', { count: undelayed });
      return { batchItemFailures: returned.map(({ record }) => ({ itemIdentifier: record.messageId })) };
    } finally {
      telemetry.endInvocation();
    }
  };
}

/**
 * A message that was redriven from a dead-letter queue, or was parked and replayed, answers for the one it was at first, and
 * keeps its age.
 */
function deliveryOf({ messageId, body, attributes, messageAttributes, ...record }: SQSRecord): Delivery {
  const original = (name: string) => messageAttributes[name]?.stringValue;
  const before = original('OriginalReceiveCount');
  return {
    messageId: original('OriginalMessageId') ?? messageId,
    body,
    receiveCount: receiveCountOf({ ...record, attributes }) + (Number(before ?? 1) > 1 ? 1 : 0),
    sentAtMilliseconds: Number(original('OriginalSentTimestamp') ?? attributes.SentTimestamp),
    ...(before !== undefined && { replayed: true as const }),
  };
}

function receiveCountOf(record: Pick<SQSRecord, 'attributes'>): number {
  return Number(record.attributes.ApproximateReceiveCount);
}
