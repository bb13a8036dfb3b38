import type { Message } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { Resource } from '../assembly/deployment.ts';
import type { Clock } from '../clock.ts';
import { type InvocationResult, invokePayloadLimitBytes, type LambdaFunction } from './function.ts';
import { readBatchResponse } from './partial-batch.ts';
import type { QueuePoller } from './queue-poller.ts';
import { sqsRecord } from './sqs-event.ts';

/** The properties of `AWS::Lambda::EventSourceMapping` that are implemented. */
export const eventSourceMappingProperties = z.looseObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  // Lambda's defaults for SQS: ten messages, no window, enabled.
  BatchSize: z.coerce.number().int().min(1).max(10_000).default(10),
  MaximumBatchingWindowInSeconds: z.coerce.number().min(0).max(300).default(0),
  ScalingConfig: z.looseObject({ MaximumConcurrency: z.coerce.number().int().min(2).max(1000).optional() }).optional(),
  FunctionResponseTypes: z.array(z.enum(['ReportBatchItemFailures'])).default([]),
  Enabled: z.union([z.boolean(), z.stringbool()]).default(true),
});

/** The batches in parallel of a mapping without a maximum. Lambda starts with five before it scales up. */
export const concurrencyWithoutMaximum = 5;

/** The parallel calls of SQS while a batch is filled or deleted. */
const callsAtOnce = 10;
/**
 * The time that one poll waits for messages. It is short, because an abandoned poll would still receive messages, and
 * lose them until their visibility time-out. A mapping that is disabled or stopped therefore waits for the end of each
 * poll.
 */
const pollSeconds = 1;
/** The pause of a slot after a throttled batch. Lambda backs off by rules of its own. */
const restMilliseconds = 1000;
/** An event is `{"Records":[…]}` around its records. */
const batchLimitBytes = invokePayloadLimitBytes - 20;

/** A message, with the JSON of its event record. */
interface Received {
  readonly message: Message;
  readonly record: string;
}

export type MappingState = 'Enabling' | 'Enabled' | 'Disabling' | 'Disabled';

/** Polls a queue and invokes a function with the received messages. */
export class EventSourceMapping {
  readonly resource: Resource;
  readonly queue: Resource;
  readonly function: LambdaFunction;
  readonly settings: z.infer<typeof eventSourceMappingProperties>;
  lastModifiedMilliseconds: number;
  readonly #poller: QueuePoller;
  readonly #region: string;
  readonly #onError: (error: unknown) => void;
  readonly #clock: Clock;
  readonly #maximumConcurrency: number;
  readonly #waits: () => boolean;
  #enabled: boolean;
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

  constructor(options: {
    resource: Resource;
    queue: Resource;
    function: LambdaFunction;
    settings: z.infer<typeof eventSourceMappingProperties>;
    poller: QueuePoller;
    region: string;
    clock: Clock;
    /**
     * Called while all invocations are busy: whether to collect the next batch only after one is free. Default: never.
     */
    waits?: (() => boolean) | undefined;
    /** Called if the queue engine does not answer. */
    onError: (error: unknown) => void;
  }) {
    this.resource = options.resource;
    this.queue = options.queue;
    this.function = options.function;
    this.settings = options.settings;
    this.#poller = options.poller;
    this.#region = options.region;
    this.#clock = options.clock;
    this.lastModifiedMilliseconds = options.clock.now();
    this.#onError = options.onError;
    this.#waits = options.waits ?? (() => false);
    this.#maximumConcurrency = this.settings.ScalingConfig?.MaximumConcurrency ?? concurrencyWithoutMaximum;
    this.#enabled = this.settings.Enabled;
  }

  get state(): MappingState {
    if (this.#enabled) return this.#enabling ? 'Enabling' : 'Enabled';
    return this.#polling || this.#batches.size + this.#deletions.size > 0 ? 'Disabling' : 'Disabled';
  }

  get sourceArn(): string {
    return this.queue.arn;
  }

  /** Starts to poll if the mapping is enabled. */
  start(): void {
    if (!this.#enabled || this.#stopped || this.#polling) return;
    this.#polling = this.#poll().finally(() => {
      this.#polling = undefined;
      // Enabled again before the last poll ended.
      this.start();
    });
  }

  /** Enables or disables the mapping. The function still gets messages that were already received. */
  setEnabled(enabled: boolean): void {
    if (enabled !== this.#enabled) {
      this.lastModifiedMilliseconds = this.#clock.now();
      this.#enabling = enabled;
    }
    this.#enabled = enabled;
    this.start();
  }

  /** Ends the polling, and resolves when the running batches are done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#batches);
    await Promise.all(this.#deletions);
  }

  async #poll(): Promise<void> {
    while (this.#enabled && !this.#stopped) {
      try {
        if (this.#batches.size >= this.#maximumConcurrency && this.#waits()) await Promise.race(this.#batches);
        // Filled while all invocations are busy: an invocation that ends gets its next batch without a wait.
        const messages = await this.#gather();
        this.#enabling = false;
        while (this.#batches.size >= this.#maximumConcurrency) await Promise.race(this.#batches);
        // After a stop, the last received messages are lost with the engine.
        if (messages.length > 0 && !this.#stopped) this.#hand(messages);
      } catch (error) {
        if (this.#stopped) return;
        this.#onError(error);
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
    const { BatchSize, MaximumBatchingWindowInSeconds } = this.settings;
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
      for (const message of messages) put({ message, record: sqsRecord(message, this.queue.arn, this.#region) });
    };
    for (const received of this.#carried.splice(0)) put(received);
    if (batch.length === 0) add(await this.#poller.receive(BatchSize, pollSeconds));
    if (batch.length === 0 || MaximumBatchingWindowInSeconds === 0) return batch;
    const windowEnds = performance.now() + MaximumBatchingWindowInSeconds * 1000;
    while (batch.length < BatchSize && this.#carried.length === 0 && !this.#stopped) {
      const missing = BatchSize - batch.length;
      const taken = await this.#poller.drain(missing, callsAtOnce);
      add(taken);
      const leftSeconds = (windowEnds - performance.now()) / 1000;
      if (leftSeconds <= 0 || !this.#enabled) break;
      if (taken.length === 0) add(await this.#poller.receive(missing, Math.min(leftSeconds, pollSeconds)));
    }
    return batch;
  }

  #hand(batch: Received[]): void {
    this.#keep(this.#batches, this.#process(batch));
  }

  #keep(among: Set<Promise<void>>, work: Promise<void>): void {
    const kept: Promise<void> = work.catch(this.#onError).finally(() => among.delete(kept));
    among.add(kept);
  }

  async #process(batch: Received[]): Promise<void> {
    const result = await this.function.invoke(`{"Records":[${batch.map(({ record }) => record).join(',')}]}`);
    const done = this.#done(batch, result);
    if (done.length > 0) this.#keep(this.#deletions, this.#poller.delete(done, callsAtOnce));
    if (result.outcome === 'throttled') await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
  }

  /** Messages that are not done stay in flight until their visibility time-out returns them. */
  #done(batch: Received[], result: InvocationResult): Message[] {
    if (result.outcome !== 'succeeded') return [];
    const messages = batch.map(({ message }) => message);
    if (!this.settings.FunctionResponseTypes.includes('ReportBatchItemFailures')) return messages;
    const response = readBatchResponse(result.payload, new Set(messages.map(({ MessageId }) => MessageId ?? '')));
    if (response.kind === 'failed') return [];
    return messages.filter(({ MessageId }) => !response.failed.has(MessageId ?? ''));
  }
}
