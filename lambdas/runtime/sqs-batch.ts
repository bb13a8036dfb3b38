import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { originalAttribute, soundOriginal } from '../domain/contract/original-message.ts';
import { firstSenderAttribute, senderOf, uniqueId } from '../domain/contract/sender.ts';
import type { Clock } from '../domain/work/clock.ts';
import { type BatchWork, type Delivery, leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { returnDelaySeconds } from '../domain/work/return-delay.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { ReturnedMessages } from './returned-messages.ts';
import type { Telemetry } from './telemetry.ts';

export interface SqsBatchOptions {
  work: BatchWork;
  queue: { delay(messages: { receiptHandle: string; delaySeconds: number }[]): Promise<number> };
  telemetry: Pick<Telemetry, 'observer' | 'beginInvocation' | 'endInvocation'>;
  /** The pace of the API calls, and their client. Absent if the work makes none. */
  turns?: RateLimiter;
  api?: { beginInvocation(mayRetry: () => boolean): void };
  /**
   * How long a request record is kept. If a message claims to be older, SQS's own timestamp counts. Absent for a queue
   * that only the pipeline writes to.
   */
  deduplicationWindowDays?: number;
  /**
   * The unique IDs of the pipeline's own roles, which vouch for a message's first sender, ID and age. Absent for a queue
   * that only the pipeline and its operators write to: there, every sender vouches.
   */
  ownSenders?: ReadonlySet<string>;
  /** How many messages that this environment has returned may have a running delay. */
  mostReturned: number;
  clock: Clock;
  /** From 0 up to 1, for the jitter of the delays. Default: `Math.random`. */
  random?: () => number;
}

/**
 * Handles an SQS batch as a Lambda function: deliveries in, one disposition each out. It reports messages that are not
 * done as failed, after it has set their visibility to a growing, jittered delay. If the work throws, the whole batch
 * fails and returns when the queue's visibility time-out ends. Every step of the work can be repeated.
 */
export function sqsBatch(options: SqsBatchOptions) {
  const {
    work,
    queue,
    telemetry,
    turns,
    api,
    mostReturned,
    clock,
    random = Math.random,
    deduplicationWindowDays = Number.POSITIVE_INFINITY,
    ownSenders,
  } = options;
  const log = telemetry.observer({});
  const returnedMessages = new ReturnedMessages(mostReturned, clock);
  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    // What starts now has its turn after the calls that wait. Otherwise a stretch of 429s would outlast the invocation.
    const deadline = {
      remainingMilliseconds: () => context.getRemainingTimeInMillis() - (turns?.backlogMilliseconds() ?? 0),
    };
    telemetry.beginInvocation(context);
    turns?.beginInvocation();
    api?.beginInvocation(() => deadline.remainingMilliseconds() > leastTimeMilliseconds);
    try {
      const dispositions = await work(
        event.Records.map((record) => deliveryOf(record, deduplicationWindowDays * 86_400_000, ownSenders)),
        deadline,
      );
      const returned = event.Records.flatMap((record, index) => {
        const disposition = dispositions[index] ?? 'try-again';
        return disposition === 'done' ? [] : [{ record, cause: disposition }];
      });
      const delays = returned.map(({ record, cause }) => ({
        receiptHandle: record.receiptHandle,
        delaySeconds: returnDelaySeconds(cause, receiveCountOf(record), random()),
      }));
      const undelayed = await queue.delay(await returnedMessages.admit(delays, deadline));
      if (undelayed > 0) log.warn('some returned messages keep the queue’s visibility time-out', { count: undelayed });
      return { batchItemFailures: returned.map(({ record }) => ({ itemIdentifier: record.messageId })) };
    } finally {
      // Also if the work throws: its calls may still wait for their turn.
      await turns?.endInvocation();
      telemetry.endInvocation();
    }
  };
}

/** The parts of an SQS record that make a delivery. */
type ReceivedRecord = Pick<SQSRecord, 'messageId' | 'body'> & {
  attributes: Pick<SQSRecord['attributes'], 'SentTimestamp' | 'ApproximateReceiveCount'> & {
    SenderId?: string | undefined;
    MessageGroupId?: string | undefined;
  };
  messageAttributes: Record<string, { stringValue?: string | undefined }>;
};

/**
 * A message that was redriven, replayed or forwarded keeps the sender, message ID and age of its original. A producer can
 * set these attributes too, so they count only from the pipeline's own roles. Impossible values are ignored.
 *
 * @param ownSenders the unique IDs of these roles, or undefined if every sender of the queue vouches
 */
export function deliveryOf(
  { messageId, body, attributes, messageAttributes, ...record }: ReceivedRecord,
  window: number,
  ownSenders?: ReadonlySet<string>,
): Delivery {
  const { SenderId: senderId, MessageGroupId: groupId } = attributes;
  const isOwn = ownSenders === undefined || ownSenders.has(uniqueId(senderId));
  const text = (name: string) => (isOwn ? messageAttributes[name]?.stringValue : undefined);
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
    sender: senderOf(senderId, text(firstSenderAttribute), isOwn),
    ...(groupId !== undefined && { groupId }),
    ...(original.receiveCount !== undefined && { replayed: true as const }),
  };
}

function receiveCountOf(record: Pick<ReceivedRecord, 'attributes'>): number {
  return Number(record.attributes.ApproximateReceiveCount);
}
