import { DeleteObjectsCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { QrImage } from '../domain/link/qr-image.ts';
import { prefix } from './names.ts';

/** The QR bucket. */
export class QrStore {
  readonly #s3: S3Client;
  readonly bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.bucket = bucket;
  }

  /** Writes the image, or replaces an older one. @returns its key, `qr/{onelink-id}/{shortlink-id}.{png|jpg}` */
  async put({ onelinkId, shortlinkId }: LinkAddress, image: QrImage): Promise<string> {
    const key = `${prefix.qr}${onelinkId}/${shortlinkId}.${image.format}`;
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

  /** Removes a link's image in any format, if there is one. @throws Error if S3 refuses */
  async remove({ onelinkId, shortlinkId }: LinkAddress): Promise<void> {
    const answer = await this.#s3.send(
      new DeleteObjectsCommand({
        Bucket: this.bucket,
        Delete: {
          Objects: ['png', 'jpg'].map((format) => ({ Key: `${prefix.qr}${onelinkId}/${shortlinkId}.${format}` })),
          Quiet: true,
        },
      }),
    );
    if (answer.Errors?.length) throw new Error(`S3 refused to remove an image: ${answer.Errors[0]?.Code}`);
  }
}
