import { S3Client } from '@aws-sdk/client-s3';
import { Archive } from './archive.ts';
import { HeldStore } from './held-store.ts';
import { ParkedStore } from './parked-store.ts';
import { QrStore } from './qr-store.ts';

/** The environment variables that name the buckets. */
export interface Buckets {
  ARCHIVE_BUCKET_NAME: string;
  QR_BUCKET_NAME: string;
}

/** The workers' stores in S3. */
export function objectStores({ ARCHIVE_BUCKET_NAME, QR_BUCKET_NAME }: Buckets) {
  const s3 = new S3Client();
  return {
    archive: new Archive(s3, ARCHIVE_BUCKET_NAME),
    parked: new ParkedStore(s3, ARCHIVE_BUCKET_NAME),
    held: new HeldStore(s3, ARCHIVE_BUCKET_NAME),
    qrImages: new QrStore(s3, QR_BUCKET_NAME),
  };
}
