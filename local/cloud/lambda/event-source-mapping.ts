import type { Message } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { Resource } from '../assembly/deployment.ts';
import type { Clock } from '../clock.ts';
import { type InvocationResult, invokePayloadLimitBytes, type LambdaFunction } from './function.ts';
import { readBatchResponse } from './partial-batch.ts';
import type { QueuePoller } from './queue-poller.ts';
import { sqsRecord } from './sqs-event.ts';

/** What is carried out of `AWS::Lambda::EventSourceMapping`. */
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

/** How many batches run at once where the mapping sets no maximum: five is where Lambda starts before it scales up. */
export const concurrencyWithoutMaximum = 5;

/** Calls of SQS side by side while a batch is filled, or deleted. */
const callsAtOnce = 10;
/**
 * How long one poll waits for messages. Short, since a poll that were given up while it waits would still take messages
 * out of the queue, for nobody; so a mapping that is switched off, or a cloud that stops, sees each poll to its end.
 */
const pollSeconds = 1;
/** After a throttled batch its slot rests; Lambda backs off by rules of its own. */
const restMilliseconds = 1000;
/** An event is `{"Records":[…]}` around its records. */
const batchLimitBytes = invokePayloadLimitBytes - 20;

/** A message, with the JSON of its event record. */
interface Received {
  readonly message: Message;
  readonly record: string;
}

export type MappingState = 'Enabling' | 'Enabled' | 'Disabling' | 'Disabled';

/**
 * Polls a queue and invokes a function with what it receives. Written here because the queue engine has no mappings, and the
 * tests need Lambda's own batches, windows, concurrency and partial failures.
 */
export class EventSourceMapping {
  readonly resource: Resource;
  readonly queue: Resource;
  readonly function: LambdaFunction;
  readonly settings: z.infer<typeof eventSourceMappingProperties>;
  lastModifiedMilliseconds: number;
  readonly #poller: QueuePoller;
  readonly #region: string;
  readonly #onTrouble: (error: unknown) => void;
  readonly #clock: Clock;
  readonly #maximumConcurrency: number;
  readonly #waits: () => boolean;
  #enabled: boolean;
  /** Switched on, and not polled since. */
  #enabling = false;
  #stopped = false;
  #polling: Promise<void> | undefined;
  /** Batches that the function has in hand; each takes one of the mapping's concurrent invocations. */
  #batches = new Set<Promise<void>>();
  /** Deletions of what is done, which keep no invocation. */
  #deletions = new Set<Promise<void>>();
  /** Received, but too much for the batch before. */
  #carried: Received[] = [];

  constructor(options: {
    resource: Resource;
    queue: Resource;
    function: LambdaFunction;
    settings: z.infer<typeof eventSourceMappingProperties>;
    poller: QueuePoller;
    region: string;
    clock: Clock;
    /** Asked when all invocations are busy: whether the next batch is gathered only once one is free. Default: never. */
    waits?: (() => boolean) | undefined;
    /** Told when the queue engine does not answer. */
    onTrouble: (error: unknown) => void;
  }) {
    this.resource = options.resource;
    this.queue = options.queue;
    this.function = options.function;
    this.settings = options.settings;
    this.#poller = options.poller;
    this.#region = options.region;
    this.#clock = options.clock;
    this.lastModifiedMilliseconds = options.clock.now();
    this.#onTrouble = options.onTrouble;
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

  /** Begins to poll, if enabled. */
  start(): void {
    if (!this.#enabled || this.#stopped || this.#polling) return;
    this.#polling = this.#poll().finally(() => {
      this.#polling = undefined;
      // Enabled again while the last poll came to its end.
      this.start();
    });
  }

  /** Enables or disables the mapping. What has been received is still handed to the function. */
  setEnabled(enabled: boolean): void {
    if (enabled !== this.#enabled) {
      this.lastModifiedMilliseconds = this.#clock.now();
      this.#enabling = enabled;
    }
    this.#enabled = enabled;
    this.start();
  }

  /** Ends the polling, and resolves when the batches under way are done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#batches);
    await Promise.all(this.#deletions);
  }

  async #poll(): Promise<void> {
    while (this.#enabled && !this.#stopped) {
      try {
        if (this.#batches.size >= this.#maximumConcurrency && this.#waits()) await Promise.race(this.#batches);
        // Filled while all invocations are busy: none waits for its messages when one of them ends.
        const messages = await this.#gather();
        this.#enabling = false;
        while (this.#batches.size >= this.#maximumConcurrency) await Promise.race(this.#batches);
        // Once stopped, what was received last goes down with the engine.
        if (messages.length > 0 && !this.#stopped) this.#hand(messages);
      } catch (error) {
        if (this.#stopped) return;
        this.#onTrouble(error);
        await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
      }
    }
    if (this.#carried.length > 0 && !this.#stopped) this.#hand(this.#carried.splice(0));
  }

  /**
   * Fills one batch: until it has its size, weighs as much as an invocation may, or the window is over, which begins
   * with the first message. Without a window, what the first receive brings is the batch.
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
    const kept: Promise<void> = work.catch(this.#onTrouble).finally(() => among.delete(kept));
    among.add(kept);
  }

  async #process(batch: Received[]): Promise<void> {
    const result = await this.function.invoke(`{"Records":[${batch.map(({ record }) => record).join(',')}]}`);
    const done = this.#done(batch, result);
    if (done.length > 0) this.#keep(this.#deletions, this.#poller.delete(done, callsAtOnce));
    if (result.outcome === 'throttled') await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
  }

  /** What is not done stays in flight, untouched, until its visibility time-out brings it back. */
  #done(batch: Received[], result: InvocationResult): Message[] {
    if (result.outcome !== 'succeeded') return [];
    const messages = batch.map(({ message }) => message);
    if (!this.settings.FunctionResponseTypes.includes('ReportBatchItemFailures')) return messages;
    const verdict = readBatchResponse(result.payload, new Set(messages.map(({ MessageId }) => MessageId ?? '')));
    if (verdict.kind === 'failed') return [];
    return messages.filter(({ MessageId }) => !verdict.failed.has(MessageId ?? ''));
  }
}
