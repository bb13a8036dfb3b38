import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Outcome } from '../../client/index.ts';

/** A customer of a dispatch. `id` is the number in your CRM, and nothing that others can read a person from. */
export interface Recipient {
  id: string;
  offer: string;
}

/** A dispatch. Its name identifies it: the same name again makes only what is missing or changed. */
export interface Dispatch {
  name: string;
  /** After this instant a link is worth nothing, and costs nothing. */
  validUntil: Date;
}

/** What became of a customer's link. */
export interface RecipientLink {
  id: string;
  status: string;
  shortUrl?: string;
  reason?: string;
}

/** Hands a dispatch of any size over to the pipeline. It is safe to repeat. */
export async function startDispatch(
  { name, validUntil }: Dispatch,
  recipients: AsyncIterable<Recipient>,
  { s3, bucket }: { s3: S3Client; bucket: string },
): Promise<void> {
  const place = { Bucket: bucket, Key: `inbox/crm/${name}` };
  const settings = {
    template: 'A1b3',
    defaults: { 'data.pid': 'email', 'data.c': name, ttl: '14d', valid_until: validUntil.toISOString() },
  };
  // The settings come first, because the arrival of the rows starts the campaign.
  await s3.send(new PutObjectCommand({ ...place, Key: `${place.Key}.campaign.json`, Body: JSON.stringify(settings) }));
  const Body = Readable.from(rowsOf(recipients));
  await new Upload({ client: s3, params: { ...place, Key: `${place.Key}.ndjson`, Body } }).done();
}

async function* rowsOf(recipients: AsyncIterable<Recipient>): AsyncGenerator<string> {
  for await (const { id, offer } of recipients) {
    // The subject stays with the pipeline, which keeps a digest of it. The link shows the rest to everybody who has it.
    const row = { request_id: id, subject: id, deep_link_value: 'offers', deep_link_sub1: offer };
    yield `${JSON.stringify(row)}\n`;
  }
}

/** The links of a dispatch, by an outcome `campaign-finished`. Nothing if it is about something else. */
export async function* linksOf({ campaign }: Outcome, s3: S3Client): AsyncGenerator<RecipientLink> {
  if (campaign === undefined) return;
  const { name, state, results } = campaign;
  if (results.ndjson === undefined) throw new Error(`the dispatch ${name} is ${state}: read ${results.rejected}`);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: results.bucket, Key: results.ndjson }));
  for await (const line of createInterface({ input: Body as Readable })) {
    const { key, status, shortUrl, reason } = JSON.parse(line);
    yield { id: key, status, shortUrl, reason };
  }
}
