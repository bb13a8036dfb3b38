import type { S3Client } from '@aws-sdk/client-s3';
import type { RejectedCommand } from '../domain/contract/rejected-command.ts';
import type { HistoryLine } from '../domain/link/history-line.ts';
import { historyFolder } from './history.ts';
import { prefix } from './names.ts';
import { NdjsonObjects } from './ndjson-objects.ts';

/** `2026/03/09` */
const dayFolder = (instant: string) => instant.slice(0, 10).replaceAll('-', '/');

/** The archive bucket: rejected commands and expired links, as NDJSON. */
export class Archive {
  readonly #rejected: NdjsonObjects<RejectedCommand>;
  readonly #s3: S3Client;
  readonly #bucket: string;
  /** One for each day, so that a day's folder has all of its links. */
  readonly #history = new Map<string, NdjsonObjects<HistoryLine>>();

  constructor(s3: S3Client, bucket: string) {
    this.#rejected = new NdjsonObjects(
      s3,
      bucket,
      ([{ lane, sentAt }], digest) => `${prefix.rejected}${lane}/${dayFolder(sentAt)}/${digest}.ndjson`,
    );
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /**
   * Resolves when the rejected command is in the archive, under `rejected/{lane}/{yyyy}/{mm}/{dd}/`. A command that SQS
   * delivers twice is there twice, with the same `messageId`.
   */
  addRejected(rejected: RejectedCommand): Promise<void> {
    return this.#rejected.add(rejected);
  }

  /** Resolves when an expired link is in the history, under `history/{yyyy}/{mm}/{dd}/`. It may be there twice. */
  addExpired(line: HistoryLine): Promise<void> {
    const folder = historyFolder(line.expiredAt.slice(0, 10));
    let objects = this.#history.get(folder);
    if (objects === undefined) {
      objects = new NdjsonObjects(this.#s3, this.#bucket, (_, digest) => `${folder}${digest}.ndjson`);
      this.#history.set(folder, objects);
    }
    return objects.add(line);
  }
}
