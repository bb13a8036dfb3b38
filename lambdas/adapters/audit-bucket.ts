import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** The audit bucket. Its policy refuses each PUT without `If-None-Match`, and each deletion. */
export class AuditBucket {
  readonly #s3: Pick<S3Client, 'send'>;
  readonly #bucket: string;

  constructor(s3: Pick<S3Client, 'send'>, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /** @returns false if the key is taken. Then nothing was written. */
  async add(key: string, json: string): Promise<boolean> {
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
      if (error instanceof Error && error.name === 'PreconditionFailed') return false;
      throw error;
    }
  }
}
