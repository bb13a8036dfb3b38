import { setTimeout as wait } from 'node:timers/promises';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { StreamRecord } from '../storage/stream-record.ts';

/** SQS takes at most ten messages and 1 MiB a call. */
const messagesPerCall = 10;
const bytesPerCall = 1_048_576;

const firstRetryMilliseconds = 100;
const longestRetryMilliseconds = 5_000;

export interface PipeParts {
  readonly sourceArn: string;
  readonly queueUrl: string;
  readonly sqs: SQSClient;
  /** Whether the pipe's filter lets a record pass. */
  readonly matches: (record: StreamRecord) => boolean;
  /** Ends the delivery for good. */
  readonly stopping: AbortSignal;
  /** Told of every call that the queue engine did not answer, or in which it refused a message. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Delivers a stream's records to a queue: each at least once, tried again until the queue takes it. They keep their
 * order, but for one that the queue refuses out of a batch, which follows with the next.
 * What is not delivered yet is kept in memory.
 */
export class Pipe {
  readonly sourceArn: string;
  readonly #parts: PipeParts;
  readonly #pending: string[] = [];
  #delivery: Promise<void> | undefined;

  constructor(parts: PipeParts) {
    this.sourceArn = parts.sourceArn;
    this.#parts = parts;
  }

  /** Takes the record over if it passes the filter, and does not wait for its delivery. */
  take(record: StreamRecord): void {
    if (!this.#parts.matches(record)) return;
    this.#pending.push(JSON.stringify(record));
    this.#delivery ??= this.#deliver();
  }

  /**
   * Waits until everything taken over is in the queue.
   * @throws when the pipe is stopped before
   */
  async delivered(): Promise<void> {
    while (this.#pending.length > 0 && !this.#parts.stopping.aborted) await this.#delivery;
    if (this.#pending.length > 0) throw new Error(`stopped with ${this.#pending.length} records not delivered`);
  }

  async #deliver(): Promise<void> {
    const { stopping, onTrouble } = this.#parts;
    let retryMilliseconds = firstRetryMilliseconds;
    while (this.#pending.length > 0 && !stopping.aborted) {
      try {
        await this.#send();
        retryMilliseconds = firstRetryMilliseconds;
      } catch (error) {
        onTrouble(error);
        await wait(retryMilliseconds, undefined, { signal: stopping }).catch(() => {});
        retryMilliseconds = Math.min(2 * retryMilliseconds, longestRetryMilliseconds);
      }
    }
    // In the same breath as the look at what is pending, lest a record come between and wait for the next.
    this.#delivery = undefined;
  }

  /** Sends one call's worth; what the queue refuses stays first in line. */
  async #send(): Promise<void> {
    let bytes = 0;
    const batch = this.#pending.slice(0, messagesPerCall).filter((body, index) => {
      bytes += Buffer.byteLength(body);
      return index === 0 || bytes <= bytesPerCall;
    });
    const { Failed = [] } = await this.#parts.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: this.#parts.queueUrl,
        Entries: batch.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
      }),
    );
    const refused = batch.filter((_, index) => Failed.some(({ Id }) => Id === String(index)));
    this.#pending.splice(0, batch.length, ...refused);
    if (refused.length > 0) throw new Error(`the queue refused ${refused.length} records: ${Failed[0]?.Code}`);
  }
}
