import type { S3Client } from '@aws-sdk/client-s3';
import type { Fault } from '../domain/fault.ts';
import type { HistoryLine } from '../domain/history-line.ts';
import { prefix } from '../names.ts';
import { NdjsonObjects } from './ndjson-objects.ts';

/** A command that was refused, whole, with the reasons: what a producer's engineer needs to mend it and send it again. */
export interface RejectedCommand {
  lane: string;
  messageId: string;
  /** ISO 8601. */
  sentAt: string;
  source: string | null;
  requestId: string | null;
  faults: Fault[];
  /** As it was received. Confidential: the archive bucket is encrypted, and nothing of it goes to the logs. */
  body: string;
}

/** The archive bucket: what the pipeline did not carry out, and what is over, as NDJSON. */
export class Archive {
  readonly #rejected: NdjsonObjects<RejectedCommand>;
  readonly #history: NdjsonObjects<HistoryLine>;

  constructor(s3: S3Client, bucket: string) {
    this.#rejected = new NdjsonObjects(
      s3,
      bucket,
      ({ lane, sentAt }) => `${prefix.rejected}${lane}/${sentAt.slice(0, 10).replaceAll('-', '/')}`,
    );
    this.#history = new NdjsonObjects(
      s3,
      bucket,
      ({ expiredAt }) => `${prefix.history}${expiredAt.slice(0, 10).replaceAll('-', '/')}`,
    );
  }

  /**
   * Resolves when the rejected command is in the archive, under `rejected/{lane}/{yyyy}/{mm}/{dd}/`. One that was delivered
   * twice is there twice; tell by `messageId`.
   */
  addRejected(rejected: RejectedCommand): Promise<void> {
    return this.#rejected.add(rejected);
  }

  /** Resolves when an expired link is in the history, under `history/{yyyy}/{mm}/{dd}/`. It may be there twice. */
  addExpired(line: HistoryLine): Promise<void> {
    return this.#history.add(line);
  }
}
