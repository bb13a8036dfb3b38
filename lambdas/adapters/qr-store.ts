import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { LinkAddress } from '../domain/link-id.ts';
import type { QrImage } from '../domain/qr-image.ts';
import { prefix } from '../names.ts';

/** The QR bucket. */
export class QrStore {
  readonly #s3: S3Client;
  readonly bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.bucket = bucket;
  }

  /** Writes the image and returns its key, `qr/{onelink-id}/{shortlink-id}.{png|jpg}`. An older image is replaced. */
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
}
