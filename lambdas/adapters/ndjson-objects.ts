import { createHash } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Batching } from './batching.ts';

/** Lines gathered into NDJSON objects of a bucket: `{folder}/{digest}.ndjson`. */
export class NdjsonObjects<Line extends object> {
  readonly #batching: Batching<Line>;

  /** @param folderOf where an object goes, told by its first line; without a slash at the end. */
  constructor(s3: S3Client, bucket: string, folderOf: (line: Line) => string) {
    this.#batching = new Batching({
      maxItems: 500,
      maxBytes: 16 * 1024 * 1024,
      lingerMilliseconds: 100,
      bytesOf: (line) => Buffer.byteLength(JSON.stringify(line)) + 1,
      send: async (gathered) => {
        const [first] = gathered;
        if (first === undefined) return new Map();
        const text = gathered.map((line) => `${JSON.stringify(line)}\n`).join('');
        // Named after its content, so that nothing is ever overwritten.
        const digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
        await s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: `${folderOf(first)}/${digest}.ndjson`,
            Body: text,
            ContentType: 'application/x-ndjson',
          }),
        );
        return new Map();
      },
    });
  }

  /** Resolves when the line is in the bucket. @throws Error when S3 refused it three times. */
  add(line: Line): Promise<void> {
    return this.#batching.add(line);
  }
}
