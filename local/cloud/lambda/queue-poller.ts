import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { eachAtOnce } from '../../../lambdas/domain/work/at-once.ts';

/** The maximum number of messages in one call of SQS. */
const messagesPerCall = 10;

/** Receives and deletes the messages of one queue for an event source mapping. */
export class QueuePoller {
  readonly #sqs: SQSClient;
  readonly #url: string;

  constructor(sqs: SQSClient, url: string) {
    this.#sqs = sqs;
    this.#url = url;
  }

  /**
   * Waits for messages.
   * @param waitSeconds may be a fraction here, though not on SQS
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

  /** Receives the available messages at once, with several calls in parallel. */
  async drain(limit: number, callsAtOnce: number): Promise<Message[]> {
    const calls = Math.min(Math.ceil(limit / messagesPerCall), callsAtOnce);
    const taken = await Promise.all(
      Array.from({ length: calls }, (_, index) => this.receive(limit - index * messagesPerCall, 0)),
    );
    return taken.flat();
  }

  /** Few parallel calls: a batch of a thousand must not delay the receives of other mappings. */
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
