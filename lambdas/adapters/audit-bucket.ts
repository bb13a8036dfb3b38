import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** S3 asks to repeat a conditional PUT that met another one (PutObject, `409 ConditionalRequestConflict`). */
const attempts = 3;

/** The audit bucket. Its policy refuses each PUT without `If-None-Match`, and each deletion. */
export class AuditBucket {
  readonly #s3: Pick<S3Client, 'send'>;
  readonly #bucket: string;

  constructor(s3: Pick<S3Client, 'send'>, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /**
   * @returns false if the key is taken. Then nothing was written.
   * @throws Error if S3 refuses the record, cannot be reached, or still has another PUT for the key under way
   */
  async add(key: string, json: string): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const put = new PutObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        Body: json,
        ContentType: 'application/json',
        IfNoneMatch: '*',
      });
      try {
        await this.#s3.send(put);
        return true;
      } catch (error) {
        const name = error instanceof Error ? error.name : '';
        if (name === 'PreconditionFailed') return false;
        if (name !== 'ConditionalRequestConflict' || attempt === attempts) throw error;
      }
    }
  }
}
