import { DeleteObjectsCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { OwnedLink } from '../domain/link/link-id.ts';
import type { QrImage } from '../domain/link/qr-image.ts';
import { prefix } from './names.ts';
import { isNoSuchKey } from './s3-objects.ts';

/** The QR bucket. Each producer's images have a prefix of their own, which the bucket's policy lets it read. */
export class QrStore {
  readonly #s3: S3Client;
  readonly bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.bucket = bucket;
  }

  /** Writes the image, or replaces an older one. @returns its key, `qr/{source}/{onelink-id}/{shortlink-id}.{png|jpg}` */
  async put(link: OwnedLink, image: QrImage): Promise<string> {
    const key = keyOf(link, image.format);
    await this.#s3.send(
      new PutObjectCommand({
        Bucket: this.bucket,
        Key: key,
        Body: image.bytes,
        ContentType: image.format === 'png' ? 'image/png' : 'image/jpeg',
      }),
    );
    return key;
  }

  /** An image by its key, or undefined if it is gone. */
  async read(key: string): Promise<Uint8Array | undefined> {
    try {
      const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      return await Body?.transformToByteArray();
    } catch (error) {
      if (isNoSuchKey(error)) return undefined;
      throw error;
    }
  }

  /** Removes a link's image in any format, if there is one. @throws Error if S3 refuses */
  async remove(link: OwnedLink): Promise<void> {
    const answer = await this.#s3.send(
      new DeleteObjectsCommand({
        Bucket: this.bucket,
        Delete: {
          Objects: (['png', 'jpg'] as const).map((format) => ({ Key: keyOf(link, format) })),
          Quiet: true,
        },
      }),
    );
    if (answer.Errors?.length) throw new Error(`S3 refused to remove an image: ${answer.Errors[0]?.Code}`);
  }
}

function keyOf({ source, address: { onelinkId, shortlinkId } }: OwnedLink, format: QrImage['format']): string {
  return `${prefix.qr}${source}/${onelinkId}/${shortlinkId}.${format}`;
}
