import { createHash } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Fault } from '../domain/fault.ts';
import { prefix } from '../names.ts';
import { Batching } from './batching.ts';

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

/** The archive bucket: what the pipeline did not carry out, as NDJSON. */
export class Archive {
  readonly #batching: Batching<RejectedCommand>;

  constructor(s3: S3Client, bucket: string) {
    this.#batching = new Batching({
      maxItems: 500,
      maxBytes: 16 * 1024 * 1024,
      lingerMilliseconds: 100,
      bytesOf: ({ body }) => Buffer.byteLength(body) + 1024,
      send: async (rejected) => {
        const lines = rejected.map((line) => `${JSON.stringify(line)}\n`).join('');
        await s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: keyOf(rejected[0], lines),
            Body: lines,
            ContentType: 'application/x-ndjson',
          }),
        );
        return new Map();
      },
    });
  }

  /** Resolves when the rejected command is in the archive. One delivered twice is there twice; tell by `messageId`. */
  addRejected(rejected: RejectedCommand): Promise<void> {
    return this.#batching.add(rejected);
  }
}

/** `rejected/{lane}/{yyyy}/{mm}/{dd}/{digest}.ndjson`: named after its content, so that nothing is ever overwritten. */
function keyOf(first: RejectedCommand | undefined, lines: string): string {
  const day = (first?.sentAt ?? '').slice(0, 10).replaceAll('-', '/');
  const digest = createHash('sha256').update(lines).digest('hex').slice(0, 32);
  return `${prefix.rejected}${first?.lane}/${day}/${digest}.ndjson`;
}
