import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { attributesOf, type VouchedMessage } from './vouching-queue.ts';

/** A received dead letter, as SQS reports it. No other receiver gets it until its visibility timeout ends. */
export interface ReceivedLetter {
  messageId: string;
  receiptHandle: string;
  body: string;
  /** Epoch milliseconds. A redrive sets it anew, and keeps the first time in an attribute. */
  sentAtMilliseconds: number;
  /** Deliveries from all queues, this receive included. */
  receiveCount: number;
  senderId: string | undefined;
  attributes: Record<string, MessageAttributeValue>;
  groupId: string | undefined;
}

/** Enough to examine ten letters, or to send them at one per second. A killed program hides them no longer than this. */
const holdSeconds = 60;

/** Errors by which SQS refuses one message. The added attributes may make it longer than SQS's 1 MiB. */
const messageFaults: ReadonlySet<string> = new Set(['InvalidParameterValue', 'InvalidMessageContents']);

/** Dead-letter queues, and the queues that their messages come from. */
export class DeadLetters {
  readonly #sqs: Pick<SQSClient, 'send'>;

  constructor(sqs: Pick<SQSClient, 'send'>) {
    this.#sqs = sqs;
  }

  /** Whether the messages of one queue become dead letters in the other. */
  async comeFrom(deadLettersUrl: string, queueUrl: string): Promise<boolean> {
    const name = await this.#deadLettersName(queueUrl);
    return name !== undefined && deadLettersUrl.endsWith(`/${name}`);
  }

  /** The URL of the queue in which a queue's messages become dead letters. A queue and its dead letters have one account and region. */
  async deadLettersOf(queueUrl: string): Promise<string | undefined> {
    const name = await this.#deadLettersName(queueUrl);
    return name && `${queueUrl.slice(0, queueUrl.lastIndexOf('/'))}/${name}`;
  }

  async #deadLettersName(queueUrl: string): Promise<string | undefined> {
    const { Attributes = {} } = await this.#sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['RedrivePolicy'] }),
    );
    const policy: { deadLetterTargetArn?: string } = JSON.parse(Attributes.RedrivePolicy ?? '{}');
    return policy.deadLetterTargetArn?.split(':').at(-1);
  }

  /**
   * Receives up to ten dead letters, and hides them from other receivers. Returns none if SQS has no more.
   *
   * @param waitSeconds how long to wait for a first letter. At 0, SQS samples only some of its servers and may miss the
   * last letters.
   */
  async receive(url: string, most: number, waitSeconds = 1): Promise<ReceivedLetter[]> {
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(10, most),
        VisibilityTimeout: holdSeconds,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    return Messages.map(letterOf);
  }

  /** Makes letters visible in their queue at once. If SQS refuses that for some, their visibility timeout does it later. */
  async giveBack(url: string, letters: readonly Pick<ReceivedLetter, 'receiptHandle'>[]): Promise<void> {
    for (const entries of tens(letters)) {
      const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
      await this.#sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
    }
  }

  /** Deletes letters. @returns how many SQS did not delete of the ten at which it stopped, and why */
  async remove(
    url: string,
    letters: readonly Pick<ReceivedLetter, 'receiptHandle'>[],
  ): Promise<{ kept: number; code?: string | undefined }> {
    for (const Entries of tens(letters)) {
      const { Failed = [] } = await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
      if (Failed.length > 0) return { kept: Failed.length, code: Failed[0]?.Code };
    }
    return { kept: 0 };
  }

  /** Sends a message to a queue. @returns why SQS refuses it, if the message itself is the cause */
  async send(url: string, message: VouchedMessage): Promise<string | undefined> {
    try {
      await this.#sqs.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: message.body,
          MessageAttributes: attributesOf(message),
          ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
        }),
      );
      return undefined;
    } catch (error) {
      if (error instanceof Error && messageFaults.has(error.name)) return error.name;
      throw error;
    }
  }
}

function letterOf({ MessageId = '', ReceiptHandle = '', Body = '', ...message }: Message): ReceivedLetter {
  const { Attributes = {}, MessageAttributes: attributes = {} } = message;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    sentAtMilliseconds: Number(Attributes.SentTimestamp),
    receiveCount: Number(Attributes.ApproximateReceiveCount ?? 0),
    senderId: Attributes.SenderId,
    attributes,
    groupId: Attributes.MessageGroupId,
  };
}

/** Batch entries, at most ten in a call, which is SQS's limit. */
function tens(letters: readonly Pick<ReceivedLetter, 'receiptHandle'>[]): { Id: string; ReceiptHandle: string }[][] {
  const entries = letters.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
  return Array.from({ length: Math.ceil(entries.length / 10) }, (_, ten) => entries.slice(ten * 10, ten * 10 + 10));
}
