import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { eachAtOnce } from '../../../lambdas/domain/work/at-once.ts';

const downloadsAtOnce = 8;

/** Copies every image of the QR bucket into a folder. @returns file name by key */
export async function downloadQrImages(s3: S3Client, bucket: string, folder: string): Promise<Map<string, string>> {
  await mkdir(folder, { recursive: true });
  const files = new Map<string, string>();
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: 'qr/' })) {
    for (const { Key } of Contents) if (Key !== undefined) files.set(Key, fileNameOf(Key));
  }
  await eachAtOnce(downloadsAtOnce, files, async ([Key, name]) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    if (Body !== undefined) await writeFile(join(folder, name), await Body.transformToByteArray());
  });
  return files;
}

/** `qr/crm/A1b3/SummerPoster.png` → `crm~A1b3~SummerPoster.png`. No part of a key has a tilde. */
function fileNameOf(key: string): string {
  return key.split('/').slice(1).join('~');
}
