import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { originalAttribute, soundOriginal } from '../domain/contract/original-message.ts';
import type { Clock } from '../domain/work/clock.ts';
import { type BatchWork, type Delivery, leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { returnDelaySeconds } from '../domain/work/return-delay.ts';
import { ReturnedMessages } from './returned-messages.ts';
import type { Telemetry } from './telemetry.ts';
import type { Turnstile } from './turnstile.ts';

export interface SqsBatchOptions {
  work: BatchWork;
  queue: { delay(messages: { receiptHandle: string; delaySeconds: number }[]): Promise<number> };
  telemetry: Telemetry;
  turns: Turnstile;
  api: { beginInvocation(mayRetry: () => boolean): void };
  /**
   * How long a request record is kept: a message that claims to be older is as old as SQS says. Absent for a queue that only
   * the pipeline itself writes to.
   */
  horizonDays?: number;
  /** How many returned messages may have their delay running, of this environment's. */
  mostReturned: number;
  clock: Clock;
}

/**
 * An SQS batch as a Lambda function: deliveries in, one verdict each out; what is not done is reported as failed, after
 * its visibility was set to a growing, jittered delay. If the work itself throws, the whole batch fails and returns
 * when the queue's visibility time-out ends: every step of the work can be repeated.
 */
export function sqsBatch(options: SqsBatchOptions) {
  const { work, queue, telemetry, turns, api, mostReturned, clock, horizonDays = Number.POSITIVE_INFINITY } = options;
  const log = telemetry.observer({});
  const returnedMessages = new ReturnedMessages(mostReturned, clock);
  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const deadline = { remainingMilliseconds: () => context.getRemainingTimeInMillis() };
    telemetry.beginInvocation(context);
    turns.beginInvocation();
    api.beginInvocation(() => deadline.remainingMilliseconds() > leastTimeMilliseconds);
    try {
      const verdicts = await work(
        event.Records.map((record) => deliveryOf(record, horizonDays * 86_400_000)),
        deadline,
      );
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

/** What a delivery is made of. */
type ReceivedRecord = Pick<SQSRecord, 'messageId' | 'body'> & {
  attributes: Pick<SQSRecord['attributes'], 'SentTimestamp' | 'ApproximateReceiveCount'>;
  messageAttributes: Record<string, { stringValue?: string | undefined }>;
};

/**
 * A message that was redriven from a dead-letter queue, or was parked and replayed, answers for the one it was at first, and
 * keeps its age. A producer can set the attributes as well: what cannot be true in them is ignored.
 */
export function deliveryOf(
  { messageId, body, attributes, messageAttributes, ...record }: ReceivedRecord,
  window: number,
): Delivery {
  const text = (name: string) => messageAttributes[name]?.stringValue;
  const sentAtMilliseconds = Number(attributes.SentTimestamp);
  const original = soundOriginal(
    {
      messageId: text(originalAttribute.messageId),
      sentTimestamp: text(originalAttribute.sentTimestamp),
      receiveCount: text(originalAttribute.receiveCount),
    },
    sentAtMilliseconds,
    window,
  );
  return {
    messageId: original.messageId ?? messageId,
    body,
    receiveCount: receiveCountOf({ ...record, attributes }) + ((original.receiveCount ?? 1) > 1 ? 1 : 0),
    sentAtMilliseconds: original.sentAtMilliseconds ?? sentAtMilliseconds,
    ...(original.receiveCount !== undefined && { replayed: true as const }),
  };
}

function receiveCountOf(record: Pick<ReceivedRecord, 'attributes'>): number {
  return Number(record.attributes.ApproximateReceiveCount);
}
