import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** The images of the QR bucket. */
export class QrImages {
  readonly #s3: Pick<S3Client, 'send'>;
  readonly #bucket: string;

  constructor(s3: Pick<S3Client, 'send'>, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /** How many bytes an image has, or undefined if the bucket has it no more. */
  async size(key: string): Promise<number | undefined> {
    return this.#unlessGone(async () => {
      const { ContentLength } = await this.#s3.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
      return ContentLength ?? 0;
    });
  }

  /** An image, or undefined if the bucket has it no more. */
  async image(key: string): Promise<Uint8Array | undefined> {
    return this.#unlessGone(async () => {
      const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    });
  }

  /** Without the right to list a bucket, S3 answers 403 for an object that is gone. That is an error here. */
  async #unlessGone<Found>(read: () => Promise<Found>): Promise<Found | undefined> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof Error && /^(NoSuchKey|NotFound)$/.test(error.name)) return undefined;
      throw error;
    }
  }
}
