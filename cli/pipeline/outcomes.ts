import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import { type OutcomeFilter, type OutcomeQueue, openOutcomeQueue, type ProbeOptions } from './outcome-queue.ts';
import { ProducerOutcomes } from './producer-outcomes.ts';

export interface PrivateQueue {
  url: string;
  sqs: SQSClient;
  /** Called once if SQS refuses the receive. The other queues are listened to all the same. */
  onRefused: (error: unknown) => void;
}

export interface OutcomesOptions {
  topicArn: string;
  /** The URLs of producers' own outcome queues. */
  ownQueues: readonly string[];
  /** Their private outcome queues, each with a client that may receive from it. */
  privateQueues?: readonly PrivateQueue[];
  /** What the temporary queue receives. It is not made if it would receive nothing. */
  others: OutcomeFilter;
}

/** The outcomes of some sources: from the outcome queues of those that have one, and from a temporary queue. */
export class Outcomes {
  readonly #own: readonly ProducerOutcomes[];
  readonly #temporary: OutcomeQueue | undefined;
  readonly #private: readonly { queue: ProducerOutcomes; onRefused: PrivateQueue['onRefused'] }[];

  constructor(
    own: readonly ProducerOutcomes[],
    temporary: OutcomeQueue | undefined,
    privateQueues: readonly PrivateQueue[] = [],
  ) {
    this.#own = own;
    this.#temporary = temporary;
    this.#private = privateQueues.map(({ url, sqs, onRefused }) => ({
      queue: new ProducerOutcomes(sqs, url),
      onRefused,
    }));
  }

  get urls(): string[] {
    return [...this.#own, ...(this.#temporary ? [this.#temporary] : [])].map(({ url }) => url);
  }

  /** The URL of the temporary queue, if there is one. */
  get temporaryUrl(): string | undefined {
    return this.#temporary?.url;
  }

  /** Waits for the subscription of the temporary queue. A producer's own queue is always subscribed. */
  async untilReceived(options: ProbeOptions): Promise<'received' | 'denied' | 'silent'> {
    return this.#temporary === undefined ? 'received' : this.#temporary.untilReceived(options);
  }

  /**
   * Passes on every outcome, some more than once (SNS and SQS repeat), until the signal ends it.
   *
   * @param received returns whether the outcome belongs to this listener. If not, it stays in its producer's queue.
   * @throws if SQS refuses the receive
   */
  async listen(received: (outcome: Outcome) => boolean, signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#temporary?.listen(received, signal),
      ...this.#own.map((queue) => queue.listen(received, signal)),
      ...this.#private.map(({ queue, onRefused }) => queue.listen(received, signal).catch(onRefused)),
    ]);
  }

  /** Shows the outcomes of others again, and deletes the temporary queue. Safe to call twice. */
  async close(): Promise<void> {
    // Whatever is still hidden comes back by itself.
    const queues = [...this.#own, ...this.#private.map(({ queue }) => queue)];
    await Promise.allSettled(queues.map((queue) => queue.close()));
    await this.#temporary?.close();
  }
}

/** The outcomes of all sources. @param own the outcome queues of those that have one */
export function allOutcomes(topicArn: string, own: ReadonlyMap<string, string>): OutcomesOptions {
  return { topicArn, ownQueues: [...own.values()], others: { except: [...own.keys()] } };
}

/** @throws the service's error, after it has removed what it created */
export async function openOutcomes(
  { sqs, sns }: { sqs: SQSClient; sns: SNSClient },
  { topicArn, ownQueues, privateQueues, others }: OutcomesOptions,
): Promise<Outcomes> {
  const isNeeded = !('only' in others) || others.only.length > 0;
  const temporary = isNeeded ? await openOutcomeQueue({ sqs, sns }, topicArn, others) : undefined;
  return new Outcomes(
    ownQueues.map((url) => new ProducerOutcomes(sqs, url)),
    temporary,
    privateQueues,
  );
}
