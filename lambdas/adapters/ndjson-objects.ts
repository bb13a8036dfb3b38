import type { S3Client } from '@aws-sdk/client-s3';
import { Batching } from './batching.ts';
import { putLines } from './s3-objects.ts';

/**
 * Gathers lines into NDJSON objects of a bucket. Each object is named after its content, so none overwrites another.
 */
export class NdjsonObjects<Line extends object> {
  readonly #batching: Batching<Line>;

  /** @param keyOf the key of an object with these lines and this digest */
  constructor(s3: S3Client, bucket: string, keyOf: (lines: readonly [Line, ...Line[]], digest: string) => string) {
    this.#batching = new Batching({
      maxItems: 500,
      maxBytes: 16 * 1024 * 1024,
      quietMilliseconds: 100,
      mostMilliseconds: 1_000,
      bytesOf: (line) => Buffer.byteLength(JSON.stringify(line)) + 1,
      send: async (gathered) => {
        const [first, ...others] = gathered;
        if (first === undefined) return new Map();
        const lines = gathered.map((line) => JSON.stringify(line));
        await putLines(s3, bucket, lines, (digest) => keyOf([first, ...others], digest));
        return new Map();
      },
    });
  }

  /** Resolves when the line is in the bucket. @throws Error if S3 refused it three times */
  add(line: Line): Promise<void> {
    return this.#batching.add(line);
  }
}
