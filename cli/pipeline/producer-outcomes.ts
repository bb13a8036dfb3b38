import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { jsonText } from '../../lambdas/domain/contract/json-text.ts';
import { type Outcome, outcomeSchema } from '../../lambdas/domain/contract/outcome.ts';

const outcomeText = jsonText(outcomeSchema);

/** SQS hides a message for at most twelve hours after it was received. */
const longestHiddenSeconds = 11 * 3_600;
const shortestHiddenSeconds = 30;
const entriesAtOnce = 10;
/** Parallel receive calls, for some hundred outcomes per second. */
const receiversAtOnce = 4;

/** A message that was given back, and may prove to be one of this listener's. */
interface GivenBack {
  outcome: Outcome | undefined;
  receiptHandle: string;
  isHidden: boolean;
}

/**
 * Listens to the outcome queue of a producer, which may hold outcomes for others who send as this source. It deletes only
 * its own. It gives the others back at once. If one comes again, it hides it for as long as it has listened so far. Each
 * receive brings a message nearer to the dead-letter queue.
 */
export class ProducerOutcomes {
  readonly url: string;
  readonly #sqs: SQSClient;
  readonly #nowMilliseconds: () => number;
  readonly #givenBack = new Map<string, GivenBack>();
  #isOwn: (outcome: Outcome) => boolean = () => false;

  constructor(sqs: SQSClient, url: string, nowMilliseconds = () => performance.now()) {
    this.#sqs = sqs;
    this.url = url;
    this.#nowMilliseconds = nowMilliseconds;
  }

  /** @param isOwn takes an outcome, and returns whether it belongs to this listener. @throws if SQS refuses the receive */
  async listen(isOwn: (outcome: Outcome) => boolean, signal: AbortSignal): Promise<void> {
    this.#isOwn = isOwn;
    const began = this.#nowMilliseconds();
    await Promise.all(Array.from({ length: receiversAtOnce }, () => this.#receive(began, signal)));
  }

  /** Deletes what has proved to be its own since, and shows the others again. */
  async close(): Promise<void> {
    const left = [...this.#givenBack.values()];
    this.#givenBack.clear();
    const isOwn = ({ outcome }: GivenBack) => outcome !== undefined && this.#isOwn(outcome);
    const { own = [], others = [] } = Object.groupBy(left, (one) => (isOwn(one) ? 'own' : 'others'));
    await this.#delete(own.map(({ receiptHandle }) => receiptHandle));
    const hidden = others.filter(({ isHidden }) => isHidden);
    await this.#hide(hidden.map(({ receiptHandle }) => ({ receiptHandle, seconds: 0 })));
  }

  async #receive(began: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Short, and never interrupted: SQS would hide what it still delivers to an interrupted receive.
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({ QueueUrl: this.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      await this.#sort(Messages, began);
    }
  }

  async #sort(messages: readonly Message[], began: number): Promise<void> {
    const own: string[] = [];
    const others: { receiptHandle: string; seconds: number }[] = [];
    const listenedSeconds = Math.ceil((this.#nowMilliseconds() - began) / 1000);
    for (const { MessageId = '', Body = '', ReceiptHandle: receiptHandle = '' } of messages) {
      const outcome = outcomeText.safeParse(Body).data;
      if (outcome !== undefined && this.#isOwn(outcome)) {
        own.push(receiptHandle);
        this.#givenBack.delete(MessageId);
        continue;
      }
      const isHidden = this.#givenBack.has(MessageId);
      const seconds = isHidden ? Math.min(Math.max(listenedSeconds, shortestHiddenSeconds), longestHiddenSeconds) : 0;
      this.#givenBack.set(MessageId, { outcome, receiptHandle, isHidden });
      others.push({ receiptHandle, seconds });
    }
    await Promise.all([this.#delete(own), this.#hide(others)]);
  }

  async #delete(receiptHandles: readonly string[]): Promise<void> {
    for (const portion of portionsOf(receiptHandles)) {
      const Entries = portion.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
      await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.url, Entries }));
    }
  }

  async #hide(messages: readonly { receiptHandle: string; seconds: number }[]): Promise<void> {
    for (const portion of portionsOf(messages)) {
      const Entries = portion.map(({ receiptHandle: ReceiptHandle, seconds: VisibilityTimeout }, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout,
      }));
      await this.#sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.url, Entries }));
    }
  }
}

function portionsOf<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / entriesAtOnce);
  return Array.from({ length: count }, (_, index) => items.slice(index * entriesAtOnce, (index + 1) * entriesAtOnce));
}
