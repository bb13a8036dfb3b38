import {
  type MessageAttributeValue,
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { originalAttribute } from '../domain/contract/original-message.ts';
import { firstSenderAttribute, type Sender } from '../domain/contract/sender.ts';
import { wireText } from '../domain/contract/wire-json.ts';
import { eachAtOnce } from '../domain/work/at-once.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Deadline } from '../domain/work/delivery.ts';

/** SQS allows 10 messages and 1 MiB, attributes included, in one SendMessageBatch. */
const [maxMessages, maxBytes] = [10, 1024 * 1024 - 20 * 1024];

/** How often the adapter sends an entry that SQS fails to accept, and the delay before the second attempt. */
const [attempts, backoffMilliseconds] = [5, 200];
/** The rest of an invocation that is reserved for its end, such as writing to the archive. */
const spareMilliseconds = 5_000;

/** Errors of a whole request that one message has caused. SQS accepts the others if they are sent one by one. */
const messageFaults: ReadonlySet<string> = new Set([
  'BatchRequestTooLong',
  'InvalidAttributeValue',
  'InvalidMessageContents',
  'InvalidParameterValue',
  'InvalidParameterValueException',
]);

/** A message that the pipeline passes on, with what it vouches for. None of its own attributes goes with it. */
export interface VouchedMessage {
  body: string;
  /** The ID that SendMessage returned to the first sender. */
  messageId: string;
  /** Epoch milliseconds at which the message first reached a queue. */
  sentAtMilliseconds: number;
  /** Absent if the receiver does not ask who sent the message first. */
  sender?: Sender;
  /** Deliveries before the message was parked. */
  receiveCount?: number;
  groupId?: string;
}

/** Sends messages to a queue for those who sent them first. */
export class VouchingQueue {
  readonly #sqs: SQSClient;
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #requestsAtOnce: number;

  constructor(sqs: SQSClient, clock: Pick<Clock, 'sleep'>, requestsAtOnce = 1) {
    this.#sqs = sqs;
    this.#clock = clock;
    this.#requestsAtOnce = requestsAtOnce;
  }

  /**
   * Sends messages, in their order if there is one request at once. A refused message does not stop the others.
   *
   * @returns the messages that SQS refuses as invalid, or in every attempt while it accepts others
   * @throws Error if SQS accepts none. Then none counts as refused, and a repeat of this call makes no second link.
   */
  async send<Message extends VouchedMessage>(
    queueUrl: string,
    messages: readonly Message[],
    deadline: Deadline,
  ): Promise<Message[]> {
    const refused: Message[] = [];
    let waiting = messages;
    let code = '';
    for (let attempt = 1; waiting.length > 0; attempt++) {
      const again: Message[] = [];
      await eachAtOnce(this.#requestsAtOnce, batches(waiting), async (batch) => {
        for (const { index, senderFault, reason } of await this.#sendBatch(queueUrl, batch)) {
          const message = batch[index];
          if (message === undefined) continue;
          (senderFault ? refused : again).push(message);
          code = reason;
        }
      });
      waiting = again;
      const mayWait = deadline.remainingMilliseconds() - spareMilliseconds;
      if (waiting.length === 0 || attempt === attempts || mayWait <= 0) break;
      await this.#clock.sleep(Math.min(backoffMilliseconds * 2 ** (attempt - 1), mayWait));
    }
    const taken = messages.length - waiting.length - refused.length;
    // SQS accepts none, so the messages are not at fault. They stay where they are.
    if (waiting.length > 0 && taken === 0) throw new Error(`SQS accepted none of ${waiting.length} messages: ${code}`);
    return [...refused, ...waiting];
  }

  /** @returns the entries that SQS did not accept */
  async #sendBatch(
    queueUrl: string,
    batch: readonly VouchedMessage[],
  ): Promise<{ index: number; senderFault: boolean; reason: string }[]> {
    let answer: SendMessageBatchCommandOutput;
    try {
      answer = await this.#sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: batch.map((message, index) => ({
            Id: String(index),
            ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
            // A command parked by an earlier version may hold characters that SQS refuses.
            MessageBody: wireText(message.body),
            MessageAttributes: attributesOf(message),
          })),
        }),
      );
    } catch (error) {
      if (!(error instanceof Error) || !messageFaults.has(error.name)) throw error;
      if (batch.length === 1) return [{ index: 0, senderFault: true, reason: error.name }];
      const ends = await Promise.all(batch.map((message) => this.#sendBatch(queueUrl, [message])));
      return ends.flatMap((failed, index) => failed.map((one) => ({ ...one, index })));
    }
    return (answer.Failed ?? []).map(({ Id, Code = 'unknown', SenderFault = false }) => ({
      index: Number(Id),
      senderFault: SenderFault,
      reason: Code,
    }));
  }
}

/** The attributes with which the pipeline vouches. */
export function attributesOf({ messageId, sentAtMilliseconds, sender, receiveCount }: VouchedMessage) {
  const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });
  const number = (value: number): MessageAttributeValue => ({ DataType: 'Number', StringValue: String(value) });
  return {
    [originalAttribute.messageId]: text(messageId),
    [originalAttribute.sentTimestamp]: number(sentAtMilliseconds),
    ...(receiveCount !== undefined && { [originalAttribute.receiveCount]: number(receiveCount) }),
    ...(sender !== undefined && { [firstSenderAttribute]: text(sender) }),
  };
}

function batches<Message extends VouchedMessage>(messages: readonly Message[]): Message[][] {
  const all: Message[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(wireText(message.body)) + 700;
    const last = all.at(-1);
    if (last === undefined || last.length === maxMessages || bytes + size > maxBytes) {
      all.push([message]);
      bytes = size;
    } else {
      last.push(message);
      bytes += size;
    }
  }
  return all;
}
