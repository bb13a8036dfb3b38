import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { isNoSuchKey } from '../../../lambdas/adapters/s3-objects.ts';
import { type CampaignKey, resultPlaces } from '../../../lambdas/domain/campaign/places.ts';
import { pictureIn } from './qr-picture.ts';

/** Writes the results of a campaign under the names that they have in the bucket. @returns the written files */
export async function writeResults(
  folder: string,
  campaign: CampaignKey,
  { s3, bucket }: { s3: S3Client; bucket: string },
): Promise<string[]> {
  const { csv, rejected } = resultPlaces(campaign);
  const written: string[] = [];
  for (const place of [csv, rejected]) {
    const bytes = await bytesOf(s3, bucket, place);
    if (bytes === undefined) continue;
    const file = join(folder, place);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
    written.push(place);
  }
  return written;
}

async function bytesOf(s3: S3Client, Bucket: string, Key: string): Promise<Uint8Array | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return await Body?.transformToByteArray();
  } catch (error) {
    if (isNoSuchKey(error)) return undefined;
    throw error;
  }
}

/** What the images with these keys say. @param files their files, by key */
export async function codeTexts(
  folder: string,
  keys: Iterable<string>,
  files: ReadonlyMap<string, string>,
): Promise<Map<string, string | undefined>> {
  const texts = new Map<string, string | undefined>();
  for (const key of keys) {
    const file = files.get(key);
    if (file === undefined) continue;
    const { text } = pictureIn(await readFile(join(folder, 'qr', file)), key.endsWith('.png') ? 'png' : 'jpeg');
    texts.set(key, text);
  }
  return texts;
}
