import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { originalAttribute } from '../domain/original-message.ts';
import type { ParkedCommand } from '../domain/parked-command.ts';

/** SQS takes at most 10 messages and 1 MiB in one SendMessageBatch; attributes count, too. */
const [maxMessages, maxBytes] = [10, 1024 * 1024 - 20 * 1024];

/** A lane's queue, for what comes back to it from the archive. */
export class ReplayQueue {
  readonly #sqs: SQSClient;

  constructor(sqs: SQSClient) {
    this.#sqs = sqs;
  }

  /** How many messages wait or are in flight, by and large. */
  async depth(queueUrl: string): Promise<number> {
    const { Attributes = {} } = await this.#sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
  }

  /**
   * Sends commands back, each with its first sent time, message ID and receive count.
   *
   * @throws Error when SQS does not take all of them: then some may have been sent, and are answered once all the same
   */
  async send(queueUrl: string, commands: ParkedCommand[]): Promise<void> {
    for (const batch of batches(commands)) {
      const { Failed = [] } = await this.#sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: batch.map(({ body, messageId, sentAtMilliseconds, receiveCount }, index) => ({
            Id: String(index),
            MessageBody: body,
            MessageAttributes: {
              [originalAttribute.messageId]: { DataType: 'String', StringValue: messageId },
              [originalAttribute.sentTimestamp]: { DataType: 'Number', StringValue: String(sentAtMilliseconds) },
              [originalAttribute.receiveCount]: { DataType: 'Number', StringValue: String(receiveCount) },
            },
          })),
        }),
      );
      if (Failed.length > 0) throw new Error(`SQS refused ${Failed.length} of ${batch.length}: ${Failed[0]?.Code}`);
    }
  }
}

function batches(commands: ParkedCommand[]): ParkedCommand[][] {
  const all: ParkedCommand[][] = [];
  let bytes = 0;
  for (const command of commands) {
    const size = Buffer.byteLength(command.body) + 300;
    const last = all.at(-1);
    if (last === undefined || last.length === maxMessages || bytes + size > maxBytes) {
      all.push([command]);
      bytes = size;
    } else {
      last.push(command);
      bytes += size;
    }
  }
  return all;
}
