import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { originalAttribute, soundOriginal } from '../../../lambdas/domain/contract/original-message.ts';
import { OperatorError } from '../../words/operator-error.ts';

/** A received dead letter. No other receiver gets it until its visibility timeout ends. */
export interface DeadLetter {
  messageId: string;
  receiptHandle: string;
  body: string;
  /** Epoch milliseconds at which the message reached its first queue. A redrive keeps this time. */
  sentAtMilliseconds: number;
  /** The ID that SendMessage returned to the producer. A redrive keeps this ID. */
  originalMessageId: string;
  /** Deliveries from all queues, this receive included. */
  receiveCount: number;
  attributes: Record<string, MessageAttributeValue>;
  /** The message group, by which a fair queue separates producers. */
  groupId: string | undefined;
}

/** The longest deduplication window that the configuration accepts. The workers use the configured one. */
const longestWindowMilliseconds = 3_650 * 86_400_000;

/** Enough to examine ten letters, or to send them at one per second. A killed program hides them no longer than this. */
const holdSeconds = 60;

/** How many letters to take from a queue, and for how long. */
export interface Limits {
  limit: number;
  interrupted: AbortSignal;
  /** How long to wait for a first letter. At 0, SQS samples only some of its servers and may miss the last letters. */
  waitSeconds?: number;
}

/** Receives up to ten dead letters, and hides them from other receivers. Returns none if SQS has no more. */
export async function receiveDeadLetters(
  sqs: Pick<SQSClient, 'send'>,
  url: string,
  most: number,
  waitSeconds = 1,
): Promise<DeadLetter[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: Math.min(10, most),
      VisibilityTimeout: holdSeconds,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages.map(deadLetterOf);
}

function deadLetterOf({ MessageId = '', ReceiptHandle = '', Body = '', ...message }: Message): DeadLetter {
  const { Attributes = {}, MessageAttributes: attributes = {} } = message;
  const text = (name: string) => attributes[name]?.StringValue;
  const sentAtMilliseconds = Number(Attributes.SentTimestamp);
  const original = soundOriginal(
    { messageId: text(originalAttribute.messageId), sentTimestamp: text(originalAttribute.sentTimestamp) },
    sentAtMilliseconds,
    longestWindowMilliseconds,
  );
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    sentAtMilliseconds: original.sentAtMilliseconds ?? sentAtMilliseconds,
    originalMessageId: original.messageId ?? MessageId,
    receiveCount: Number(Attributes.ApproximateReceiveCount ?? 0),
    attributes,
    groupId: Attributes.MessageGroupId,
  };
}

/** Makes letters visible in their queue at once. If SQS refuses that for some, their visibility timeout does it later. */
export async function giveBack(
  sqs: Pick<SQSClient, 'send'>,
  url: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  for (const entries of tens(letters)) {
    const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
  }
}

/**
 * Deletes letters from their queue.
 * @throws OperatorError if SQS keeps some of them. Otherwise the caller would receive them again and again.
 */
export async function deleteDeadLetters(
  sqs: Pick<SQSClient, 'send'>,
  url: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  for (const Entries of tens(letters)) {
    const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    if (Failed.length > 0) {
      throw new OperatorError(
        `SQS did not delete ${Failed.length} dead letters (${Failed[0]?.Code}). They are still in their queue. Run the same ` +
          'command again.',
      );
    }
  }
}

/** Batch entries, at most ten in a call, which is SQS's limit. */
function tens(letters: readonly DeadLetter[]): { Id: string; ReceiptHandle: string }[][] {
  const entries = letters.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
  return Array.from({ length: Math.ceil(entries.length / 10) }, (_, ten) => entries.slice(ten * 10, ten * 10 + 10));
}
