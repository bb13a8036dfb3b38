import { createHash } from 'node:crypto';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

/** The pages of a list. It reads page by page, so memory does not grow with the number of objects. */
export async function* pagesOf(
  s3: S3Client,
  query: Omit<ListObjectsV2CommandInput, 'ContinuationToken'>,
): AsyncGenerator<ListObjectsV2CommandOutput> {
  let after: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ ...query, ContinuationToken: after }));
    yield page;
    after = page.NextContinuationToken;
  } while (after !== undefined);
}

/** The lines of an NDJSON object, or undefined if there is no such object. */
export async function linesOf(s3: S3Client, bucket: string, key: string): Promise<string[] | undefined> {
  try {
    const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const text = (await answer.Body?.transformToString()) ?? '';
    return text.split('\n').filter((line) => line !== '');
  } catch (error) {
    if (isNoSuchKey(error)) return undefined;
    throw error;
  }
}

/** Writes lines as an NDJSON object. Its key contains the digest of its text, so none overwrites another. */
export async function putLines(
  s3: S3Client,
  bucket: string,
  lines: readonly string[],
  keyOf: (digest: string) => string,
): Promise<void> {
  const text = lines.map((line) => `${line}\n`).join('');
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
  await s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: keyOf(digest), Body: text, ContentType: 'application/x-ndjson' }),
  );
}

export const isNoSuchKey = (error: unknown) => error instanceof Error && error.name === 'NoSuchKey';
