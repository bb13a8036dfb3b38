import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { originalAttribute, soundOriginal } from '../../../lambdas/domain/contract/original-message.ts';
import { OperatorError } from '../../operator-error.ts';

/** A dead letter in our hands: nobody else gets it until its visibility time-out ends. */
export interface DeadLetter {
  messageId: string;
  receiptHandle: string;
  body: string;
  /** Epoch milliseconds at which it reached its first queue; a redriven message keeps its first one. */
  sentAtMilliseconds: number;
  /** The ID that SendMessage returned to the producer; a redriven message keeps its first one. */
  originalMessageId: string;
  /** Deliveries over all queues, this one included. */
  receiveCount: number;
  attributes: Record<string, MessageAttributeValue>;
  /** Keeps a producer's messages apart from others' in a fair queue. */
  groupId: string | undefined;
}

/** The longest deduplication window that the configuration takes. The workers judge by the one that is configured. */
const longestWindowMilliseconds = 3_650 * 86_400_000;

export interface ReceiveOptions {
  /** How long the letters stay in our hands. */
  visibilitySeconds: number;
  /** How long to wait for a first one. At 0 SQS asks only some of its servers, and may miss the last letters. */
  waitSeconds?: number;
}

/** Up to ten dead letters; none when there are no more to be had. */
export async function receiveDeadLetters(
  sqs: Pick<SQSClient, 'send'>,
  url: string,
  most: number,
  { visibilitySeconds, waitSeconds = 1 }: ReceiveOptions,
): Promise<DeadLetter[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: Math.min(10, most),
      VisibilityTimeout: visibilitySeconds,
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

/** Gives letters back to their queue at once. Those that SQS does not take back come back by themselves, a little later. */
export async function giveBack(
  sqs: Pick<SQSClient, 'send'>,
  url: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  for (const entries of tens(letters)) {
    await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: url,
        Entries: entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 })),
      }),
    );
  }
}

/**
 * Takes letters out of their queue for good.
 * @throws OperatorError when SQS keeps some of them: going on would meet them again and again
 */
export async function deleteDeadLetters(
  sqs: Pick<SQSClient, 'send'>,
  url: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  for (const entries of tens(letters)) {
    const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entries }));
    if (Failed.length > 0) {
      throw new OperatorError(
        `SQS did not delete ${Failed.length} dead letters (${Failed[0]?.Code}). They are still in their queue; run the same ` +
          'command again.',
      );
    }
  }
}

/** Batch entries, at most ten to a call, which is SQS's limit. */
function tens(letters: readonly DeadLetter[]): { Id: string; ReceiptHandle: string }[][] {
  const entries = letters.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
  return Array.from({ length: Math.ceil(entries.length / 10) }, (_, ten) => entries.slice(ten * 10, ten * 10 + 10));
}
