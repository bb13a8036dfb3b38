import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { eachAtOnce } from '../../../lambdas/domain/work/at-once.ts';

/** SQS gives and takes at most ten messages a call. */
const messagesPerCall = 10;

/** Receives and deletes one queue's messages for an event source mapping. */
export class QueuePoller {
  readonly #sqs: SQSClient;
  readonly #url: string;

  constructor(sqs: SQSClient, url: string) {
    this.#sqs = sqs;
    this.#url = url;
  }

  /**
   * Waits for messages.
   * @param waitSeconds fractions are fine here, though not on SQS
   */
  async receive(limit: number, waitSeconds: number): Promise<Message[]> {
    const { Messages } = await this.#sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#url,
        MaxNumberOfMessages: Math.min(limit, messagesPerCall),
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    return Messages ?? [];
  }

  /** Takes what is there at once, by several calls side by side. */
  async drain(limit: number, callsAtOnce: number): Promise<Message[]> {
    const calls = Math.min(Math.ceil(limit / messagesPerCall), callsAtOnce);
    const taken = await Promise.all(
      Array.from({ length: calls }, (_, index) => this.receive(limit - index * messagesPerCall, 0)),
    );
    return taken.flat();
  }

  /** A few calls at once: a batch of a thousand must not hold up what other mappings receive. */
  async delete(messages: readonly Message[], callsAtOnce: number): Promise<void> {
    const calls: Message[][] = [];
    for (let first = 0; first < messages.length; first += messagesPerCall) {
      calls.push(messages.slice(first, first + messagesPerCall));
    }
    await eachAtOnce(callsAtOnce, calls, (batch) => {
      const Entries = batch.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      return this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries }));
    });
  }
}
