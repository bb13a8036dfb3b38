import type { Message } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { Resource } from '../assembly/deployment.ts';
import { batchLimitBytes, batchSize, eventOf, Mapping, type MappingParts, mappingProperties } from './mapping.ts';
import type { queuePoller } from './queue-poller.ts';
import { sqsRecord } from './sqs-event.ts';

/** The implemented properties of `AWS::Lambda::EventSourceMapping` for a queue, with Lambda's defaults. */
export const eventSourceMappingProperties = mappingProperties.extend({
  BatchSize: batchSize.default(10),
  ScalingConfig: z.looseObject({ MaximumConcurrency: z.coerce.number().int().min(2).max(1000).optional() }).optional(),
});

/** The batches in parallel of a mapping without a maximum. Lambda starts with five before it scales up. */
export const concurrencyWithoutMaximum = 5;

/**
 * The time that one poll waits for messages. It is short, because an abandoned poll would still receive messages, and
 * lose them until their visibility time-out. A mapping that is disabled or stopped therefore waits for the end of each
 * poll.
 */
const pollSeconds = 1;
/** The pause of a slot after a throttled batch. Lambda backs off by rules of its own. */
const restMilliseconds = 1000;
/** A message, with the JSON of its event record. */
interface Received {
  readonly message: Message;
  readonly record: string;
}

interface QueueMappingParts extends MappingParts {
  readonly queue: Resource;
  readonly settings: z.infer<typeof eventSourceMappingProperties>;
  readonly poller: ReturnType<typeof queuePoller>;
  /** Called while all invocations are busy: whether to collect the next batch only after one is free. */
  readonly waits: () => boolean;
}

/**
 * Polls a queue and invokes a function with the received messages. It is ours because the queue engine has no mappings, and the
 * tests need Lambda's own batches, windows, concurrency and partial failures.
 */
export class EventSourceMapping extends Mapping<QueueMappingParts> {
  /** Enabled, and not polled since. */
  #enabling = false;
  #stopped = false;
  #polling: Promise<void> | undefined;
  /** Batches in the function's invocations. Each takes one of the mapping's concurrent invocations. */
  #batches = new Set<Promise<void>>();
  /** Deletions of handled messages. They take no concurrent invocation. */
  #deletions = new Set<Promise<void>>();
  /** Received, but beyond the size of the batch before. */
  #carried: Received[] = [];

  get #maximumConcurrency(): number {
    return this.parts.settings.ScalingConfig?.MaximumConcurrency ?? concurrencyWithoutMaximum;
  }

  get state() {
    if (this.enabled) return this.#enabling ? 'Enabling' : 'Enabled';
    return this.#polling || this.#batches.size + this.#deletions.size > 0 ? 'Disabling' : 'Disabled';
  }

  /** Starts to poll if the mapping is enabled. */
  start(): void {
    if (!this.enabled || this.#stopped || this.#polling) return;
    this.#polling = this.#poll().finally(() => {
      this.#polling = undefined;
      // Enabled again before the last poll ended.
      this.start();
    });
  }

  /** Enables or disables the mapping. The function still gets messages that were already received. */
  override setEnabled(enabled: boolean): void {
    if (enabled !== this.enabled) this.#enabling = enabled;
    super.setEnabled(enabled);
  }

  /** Ends the polling, and resolves when the running batches are done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#batches);
    await Promise.all(this.#deletions);
  }

  async #poll(): Promise<void> {
    while (this.enabled && !this.#stopped) {
      try {
        if (this.#batches.size >= this.#maximumConcurrency && this.parts.waits()) await Promise.race(this.#batches);
        // Filled while all invocations are busy: an invocation that ends gets its next batch without a wait.
        const messages = await this.#gather();
        this.#enabling = false;
        while (this.#batches.size >= this.#maximumConcurrency) await Promise.race(this.#batches);
        // After a stop, the last received messages are lost with the engine.
        if (messages.length > 0 && !this.#stopped) this.#hand(messages);
      } catch (error) {
        if (this.#stopped) return;
        this.parts.onError(error);
        await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
      }
    }
    if (this.#carried.length > 0 && !this.#stopped) this.#hand(this.#carried.splice(0));
  }

  /**
   * Fills one batch until it has its size, reaches the size limit of an invocation, or its window ends. The window
   * begins with the first message. Without a window, the first receive is the batch.
   */
  async #gather(): Promise<Received[]> {
    const { BatchSize, MaximumBatchingWindowInSeconds } = this.parts.settings;
    const batch: Received[] = [];
    let bytes = 0;
    const put = (received: Received) => {
      const weight = Buffer.byteLength(received.record) + 1;
      if (this.#carried.length > 0 || (batch.length > 0 && bytes + weight > batchLimitBytes)) {
        this.#carried.push(received);
        return;
      }
      bytes += weight;
      batch.push(received);
    };
    const add = (messages: readonly Message[]) => {
      for (const message of messages) put({ message, record: sqsRecord(message, this.parts.queue.arn) });
    };
    for (const received of this.#carried.splice(0)) put(received);
    if (batch.length === 0) add(await this.parts.poller.receive(BatchSize, pollSeconds));
    if (batch.length === 0 || MaximumBatchingWindowInSeconds === 0) return batch;
    const windowEnds = performance.now() + MaximumBatchingWindowInSeconds * 1000;
    while (batch.length < BatchSize && this.#carried.length === 0 && !this.#stopped) {
      const missing = BatchSize - batch.length;
      const taken = await this.parts.poller.drain(missing);
      add(taken);
      const leftSeconds = (windowEnds - performance.now()) / 1000;
      if (leftSeconds <= 0 || !this.enabled) break;
      if (taken.length === 0) add(await this.parts.poller.receive(missing, Math.min(leftSeconds, pollSeconds)));
    }
    return batch;
  }

  #hand(batch: Received[]): void {
    this.#keep(this.#batches, this.#process(batch));
  }

  #keep(among: Set<Promise<void>>, work: Promise<void>): void {
    const kept: Promise<void> = work.catch(this.parts.onError).finally(() => among.delete(kept));
    among.add(kept);
  }

  /** Messages that are not done stay in flight until their visibility time-out returns them. */
  async #process(batch: Received[]): Promise<void> {
    const { function: target, poller } = this.parts;
    const result = await target.invoke(eventOf(batch.map(({ record }) => record)));
    const messages = batch.map(({ message }) => message);
    const failed = this.failed(result, messages.map(idOf));
    const done = messages.filter((message) => !failed.has(idOf(message)));
    if (done.length > 0) this.#keep(this.#deletions, poller.delete(done));
    if (result.outcome === 'throttled') await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
  }
}

const idOf = ({ MessageId = '' }: Message): string => MessageId;
