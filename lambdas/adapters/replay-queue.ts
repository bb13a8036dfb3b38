import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { originalAttribute } from '../domain/contract/original-message.ts';
import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import { firstSenderAttribute, provedSender } from '../domain/contract/sender.ts';
import { wireText } from '../domain/contract/wire-json.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Deadline } from '../domain/work/delivery.ts';

/** SQS allows 10 messages and 1 MiB, attributes included, in one SendMessageBatch. */
const [maxMessages, maxBytes] = [10, 1024 * 1024 - 20 * 1024];

/** How often the adapter sends an entry that SQS fails to accept, and the delay before the second attempt. */
const [attempts, backoffMilliseconds] = [5, 200];
/** The rest of an invocation that is reserved for writing to the archive. */
const spareMilliseconds = 5_000;

/** Errors of a whole request that one message has caused. SQS accepts the others if they are sent one by one. */
const messageFaults: ReadonlySet<string> = new Set([
  'BatchRequestTooLong',
  'InvalidAttributeValue',
  'InvalidMessageContents',
  'InvalidParameterValue',
  'InvalidParameterValueException',
]);

/** A lane's queue, for replayed commands. */
export class ReplayQueue {
  readonly #sqs: SQSClient;
  readonly #clock: Pick<Clock, 'sleep'>;

  constructor(sqs: SQSClient, clock: Pick<Clock, 'sleep'>) {
    this.#sqs = sqs;
    this.#clock = clock;
  }

  /** The approximate number of messages that wait or are in flight. */
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
   * Sends commands back, each with its first sender, sent time, message ID, receive count and message group. A refused command does not stop
   * the others.
   *
   * @returns the commands that SQS refuses as invalid, or in every attempt while it accepts others
   * @throws Error if SQS accepts none. Then none counts as refused, and a repeat of this call makes no second link.
   */
  async send(queueUrl: string, commands: ParkedCommand[], deadline: Deadline): Promise<ParkedCommand[]> {
    const refused: ParkedCommand[] = [];
    let waiting = commands;
    let code = '';
    for (let attempt = 1; waiting.length > 0; attempt++) {
      const again: ParkedCommand[] = [];
      for (const batch of batches(waiting)) {
        for (const { index, senderFault, reason } of await this.#sendBatch(queueUrl, batch)) {
          const command = batch[index];
          if (command === undefined) continue;
          (senderFault ? refused : again).push(command);
          code = reason;
        }
      }
      waiting = again;
      const mayWait = deadline.remainingMilliseconds() - spareMilliseconds;
      if (waiting.length === 0 || attempt === attempts || mayWait <= 0) break;
      await this.#clock.sleep(Math.min(backoffMilliseconds * 2 ** (attempt - 1), mayWait));
    }
    const taken = commands.length - waiting.length - refused.length;
    // SQS accepts none, so the messages are not at fault. They stay in the archive.
    if (waiting.length > 0 && taken === 0) throw new Error(`SQS accepted none of ${waiting.length} messages: ${code}`);
    return [...refused, ...waiting];
  }

  /** @returns the entries that SQS did not accept */
  async #sendBatch(
    queueUrl: string,
    batch: ParkedCommand[],
  ): Promise<{ index: number; senderFault: boolean; reason: string }[]> {
    let answer: SendMessageBatchCommandOutput;
    try {
      answer = await this.#sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: batch.map(({ body, messageId, sentAtMilliseconds, receiveCount, groupId, ...command }, index) => ({
            Id: String(index),
            ...(groupId !== undefined && { MessageGroupId: groupId }),
            // A command parked by an earlier version may hold characters that SQS refuses.
            MessageBody: wireText(body),
            MessageAttributes: {
              [originalAttribute.messageId]: { DataType: 'String', StringValue: messageId },
              [originalAttribute.sentTimestamp]: { DataType: 'Number', StringValue: String(sentAtMilliseconds) },
              [originalAttribute.receiveCount]: { DataType: 'Number', StringValue: String(receiveCount) },
              // A version that did not ask for the sender had accepted the command as its source's.
              [firstSenderAttribute]: {
                DataType: 'String',
                StringValue: command.sender ?? provedSender(command.source),
              },
            },
          })),
        }),
      );
    } catch (error) {
      if (!(error instanceof Error) || !messageFaults.has(error.name)) throw error;
      if (batch.length === 1) return [{ index: 0, senderFault: true, reason: error.name }];
      const ends = await Promise.all(batch.map((command) => this.#sendBatch(queueUrl, [command])));
      return ends.flatMap((failed, index) => failed.map((one) => ({ ...one, index })));
    }
    return (answer.Failed ?? []).map(({ Id, Code = 'unknown', SenderFault = false }) => ({
      index: Number(Id),
      senderFault: SenderFault,
      reason: Code,
    }));
  }
}

function batches(commands: ParkedCommand[]): ParkedCommand[][] {
  const all: ParkedCommand[][] = [];
  let bytes = 0;
  for (const command of commands) {
    const size = Buffer.byteLength(wireText(command.body)) + 700;
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
