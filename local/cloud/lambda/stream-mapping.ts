import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { StreamRecord } from '../storage/stream-record.ts';
import type { InvocationResult } from './function.ts';
import { batchLimitBytes, batchSize, eventOf, Mapping, type MappingParts, mappingProperties } from './mapping.ts';

/** The implemented properties of `AWS::Lambda::EventSourceMapping` for a table's stream, with Lambda's defaults. */
export const streamMappingProperties = mappingProperties.extend({
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']),
  BatchSize: batchSize.default(100),
  FilterCriteria: z.looseObject({ Filters: z.array(z.looseObject({ Pattern: z.string() })).default([]) }).optional(),
  BisectBatchOnFunctionError: z.union([z.boolean(), z.stringbool()]).default(false),
  /** -1 for as long as the record exists. */
  MaximumRetryAttempts: z.coerce.number().int().min(-1).max(10_000).default(-1),
  MaximumRecordAgeInSeconds: z.coerce
    .number()
    .int()
    .refine((age) => age === -1 || (age >= 60 && age <= 604_800), 'must be -1, or 60 to 604,800')
    .default(-1),
  DestinationConfig: z.looseObject({ OnFailure: z.looseObject({ Destination: z.string() }).optional() }).optional(),
});

/** A stream keeps its records for 24 hours, and a mapping retries no longer. */
const streamRetentionSeconds = 86_400;
/** A stream has one shard here. */
const shardId = 'shardId-00000000000000000000-00000000';
const [firstRetryMilliseconds, longestRetryMilliseconds] = [100, 5_000];
interface StreamMappingParts extends MappingParts {
  readonly settings: z.infer<typeof streamMappingProperties>;
  /** Whether a record passes the mapping's filters. */
  readonly matches: (record: StreamRecord) => boolean;
  /** Writes a discarded batch to the bucket of the mapping's destination. Undefined: there is none. */
  readonly putObject: ((key: string, body: string) => Promise<unknown>) | undefined;
  /** Called at each invocation with the age of the batch's last record. */
  readonly onIteratorAge: (functionName: string, milliseconds: number) => void;
}

/**
 * Invokes a function with a stream's records, batch by batch in their order. It retries a failed batch until the batch
 * is done or discarded. Pending records are in memory.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export class StreamMapping extends Mapping<StreamMappingParts> {
  /** The oldest first. */
  readonly #pending: StreamRecord[] = [];
  readonly #stopping = new AbortController();
  #work: Promise<void> | undefined;

  get state() {
    if (this.enabled) return 'Enabled';
    return this.#work ? 'Disabling' : 'Disabled';
  }

  /** Queues a record that passes the filter, and does not wait for its delivery. */
  take(record: StreamRecord): void {
    if (!this.parts.matches(record)) return;
    this.#pending.push(record);
    this.start();
  }

  start(): void {
    if (!this.#goesOn() || this.#pending.length === 0 || this.#work) return;
    this.#work = this.#deliver()
      .catch((error) => {
        this.parts.onError(error);
        return this.#rest(longestRetryMilliseconds);
      })
      .finally(() => {
        this.#work = undefined;
        this.start();
      });
  }

  /**
   * Waits until all queued records are done or discarded, or the mapping is disabled.
   * @throws if it stops first
   */
  async delivered(): Promise<void> {
    while (this.#pending.length > 0 && this.#work) await this.#work;
    if (this.#pending.length > 0 && this.#stopping.signal.aborted) {
      throw new Error(`stopped with ${this.#pending.length} records not delivered`);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#work;
  }

  #goesOn(): boolean {
    return this.enabled && !this.#stopping.signal.aborted;
  }

  async #deliver(): Promise<void> {
    const { BatchSize, MaximumBatchingWindowInSeconds } = this.parts.settings;
    while (this.#pending.length > 0 && this.#goesOn()) {
      if (this.#pending.length < BatchSize) await this.#rest(MaximumBatchingWindowInSeconds * 1000);
      let bytes = 0;
      const batch = this.#pending.slice(0, BatchSize).filter((record, index) => {
        bytes += Buffer.byteLength(JSON.stringify(record)) + 1;
        return index === 0 || bytes <= batchLimitBytes;
      });
      await this.#see(batch);
    }
  }

  /** Delivers the oldest records until they are done or discarded, or the mapping stops. */
  async #see(batch: readonly StreamRecord[]): Promise<void> {
    const { BisectBatchOnFunctionError, MaximumRetryAttempts } = this.parts.settings;
    let left = batch;
    let pause = firstRetryMilliseconds;
    for (let attempts = 1; this.#goesOn(); ) {
      left = await this.#giveUpOld(left, attempts - 1);
      if (left.length === 0) return;
      const result = await this.#invoke(left);
      const failed = this.#from(left, result);
      this.#pending.splice(0, left.length - failed.length);
      if (failed.length === 0) return;
      if (result.outcome === 'failed' && BisectBatchOnFunctionError && left.length > 1) {
        const half = Math.ceil(left.length / 2);
        await this.#see(left.slice(0, half));
        return this.#see(left.slice(half));
      }
      left = failed;
      if (result.outcome !== 'throttled' && MaximumRetryAttempts >= 0 && attempts++ > MaximumRetryAttempts) {
        return this.#giveUp(left, 'RetryAttemptsExhausted', attempts - 1);
      }
      await this.#rest(pause);
      pause = Math.min(2 * pause, longestRetryMilliseconds);
    }
  }

  async #invoke(batch: readonly StreamRecord[]): Promise<InvocationResult> {
    this.parts.onIteratorAge(this.parts.function.configuration.name, this.#ageSeconds(batch.at(-1)) * 1000);
    return this.parts.function.invoke(eventOfRecords(batch));
  }

  /** What is left of a batch. Lambda continues at the lowest sequence number that the function reports. */
  #from(batch: readonly StreamRecord[], result: InvocationResult): readonly StreamRecord[] {
    const numbers = batch.map(({ dynamodb }) => dynamodb.SequenceNumber);
    const failed = this.failed(result, numbers);
    const first = numbers.findIndex((number) => failed.has(number));
    return first < 0 ? [] : batch.slice(first);
  }

  async #giveUpOld(batch: readonly StreamRecord[], attempts: number): Promise<readonly StreamRecord[]> {
    const { MaximumRecordAgeInSeconds: set } = this.parts.settings;
    const limit = set === -1 ? streamRetentionSeconds : Math.min(set, streamRetentionSeconds);
    // Records are in the order of their age: the expired ones are first.
    const young = batch.findIndex((record) => this.#ageSeconds(record) <= limit);
    const old = young < 0 ? batch : batch.slice(0, young);
    if (old.length > 0) await this.#giveUp(old, 'RecordAgeExceeded', attempts);
    return batch.slice(old.length);
  }

  /** Writes the whole event to the bucket, if any, and continues without it. */
  async #giveUp(batch: readonly StreamRecord[], condition: string, attempts: number): Promise<void> {
    const now = new Date(this.parts.clock.now()).toISOString();
    const arrival = (record: StreamRecord | undefined) =>
      new Date((record?.dynamodb.ApproximateCreationDateTime ?? 0) * 1000).toISOString();
    const body = {
      requestContext: {
        requestId: randomUUID(),
        functionArn: this.parts.function.configuration.arn,
        condition,
        approximateInvokeCount: attempts,
      },
      version: '1.0',
      timestamp: now,
      DDBStreamBatchInfo: {
        shardId,
        startSequenceNumber: batch[0]?.dynamodb.SequenceNumber,
        endSequenceNumber: batch.at(-1)?.dynamodb.SequenceNumber,
        approximateArrivalOfFirstRecord: arrival(batch[0]),
        approximateArrivalOfLastRecord: arrival(batch.at(-1)),
        batchSize: batch.length,
        streamArn: this.parts.settings.EventSourceArn,
      },
      payload: eventOfRecords(batch),
    };
    const second = now.slice(0, 19).replaceAll(':', '.');
    const folder = `aws/lambda/${this.parts.resource.name}/${shardId}/${now.slice(0, 10).replaceAll('-', '/')}`;
    await this.parts.putObject?.(`${folder}/${second}-${randomUUID()}`, JSON.stringify(body));
    this.#pending.splice(0, batch.length);
  }

  #ageSeconds(record: StreamRecord | undefined): number {
    return this.parts.clock.now() / 1000 - (record?.dynamodb.ApproximateCreationDateTime ?? 0);
  }

  async #rest(milliseconds: number): Promise<void> {
    if (milliseconds > 0) await wait(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}

function eventOfRecords(batch: readonly StreamRecord[]): string {
  return eventOf(batch.map((record) => JSON.stringify(record)));
}
