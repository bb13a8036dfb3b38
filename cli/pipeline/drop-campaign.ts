import { Readable } from 'node:stream';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type CampaignKey, inboxPrefix, settingsEnding } from '../../lambdas/domain/campaign/places.ts';
import type { CampaignFile } from '../../lambdas/domain/campaign/record.ts';
import type { CampaignSettings } from '../../lambdas/domain/campaign/settings.ts';
import type { InputFile } from '../files/input-file.ts';
import { OperatorError } from '../words/operator-error.ts';

/** A file for the inbox. */
export interface Drop {
  campaign: CampaignKey;
  /** `.csv`, `.ndjson.gz` … */
  ending: string;
  settings: CampaignSettings;
  input: Pick<InputFile, 'open' | 'size' | 'unchanged' | 'readError'>;
}

export interface DropPorts {
  s3: S3Client;
  bucket: string;
  /** What is in the inbox under a key now. */
  file(key: string): Promise<CampaignFile | undefined>;
  signal: AbortSignal;
  /** @param sent bytes so far */
  onProgress(sent: number): void;
}

/** S3 takes 10,000 parts of at least 5 MiB each (S3 user guide, “Multipart upload limits”). */
const leastPartBytes = 8 * 1024 * 1024;
const mostParts = 9_000;

/** The key in the inbox that starts a campaign. */
export const inboxKey = ({ source, name }: CampaignKey, ending: string) => `${inboxPrefix}${source}/${name}${ending}`;

/**
 * Uploads the settings, and then the file. The file appears in the inbox when it is whole, or not at all, and starts the
 * check. So a run that is killed before has started nothing.
 *
 * @returns the file as the check finds it
 * @throws OperatorError if the signal aborts, or if the file changes meanwhile; S3's error if S3 refuses
 */
export async function dropCampaign(drop: Drop, ports: DropPorts): Promise<CampaignFile> {
  const { campaign, ending, settings, input } = drop;
  const { s3, bucket: Bucket, signal } = ports;
  if (signal.aborted) throw interrupted();
  await input.unchanged();
  await s3.send(
    new PutObjectCommand({
      Bucket,
      Key: inboxKey(campaign, settingsEnding),
      Body: `${JSON.stringify(settings, undefined, 2)}\n`,
      ContentType: 'application/json',
    }),
  );
  const Key = inboxKey(campaign, ending);
  const bytes = Readable.from(wholeFile(input), { objectMode: false });
  const upload = new Upload({
    client: s3,
    params: { Bucket, Key, Body: bytes, ContentType: typeOf(ending) },
    partSize: Math.max(leastPartBytes, Math.ceil(input.size / mostParts)),
    queueSize: 4,
  });
  upload.on('httpUploadProgress', ({ loaded = 0 }) => ports.onProgress(loaded));
  const abort = () => void upload.abort();
  signal.addEventListener('abort', abort);
  try {
    await upload.done();
  } catch (error) {
    throw signal.aborted ? interrupted() : input.readError(error);
  } finally {
    signal.removeEventListener('abort', abort);
    bytes.destroy();
  }
  const dropped = await ports.file(Key);
  if (dropped !== undefined) return dropped;
  throw new OperatorError(`${Key} is uploaded, and is gone already. Does somebody clear the campaign bucket?`);
}

/** The upload ends only after the last byte. So a file that has changed until then is not uploaded. */
async function* wholeFile({ open, unchanged }: Drop['input']): AsyncGenerator<Buffer> {
  for await (const part of open()) yield part;
  await unchanged();
}

const interrupted = () => new OperatorError('Interrupted during the upload. Nothing has started. Start it again.');

function typeOf(ending: string): string {
  if (ending.endsWith('.gz')) return 'application/gzip';
  return ending === '.ndjson' ? 'application/x-ndjson' : 'text/csv; charset=utf-8';
}
