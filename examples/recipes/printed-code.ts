import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Outcome, SqsLinks } from '../../client/index.ts';

/** A printed thing with a code. Its ID is the end of the short URL, which people can also type. */
export interface Poster {
  id: string;
  /** Its number in your records. Logs show request IDs, so this stands there, and not the link's ID. */
  order: string;
  /** An `https://` URL. */
  destination: string;
  /** How long the poster may hang. */
  until: Date;
}

const onelinkId = 'A1b3';
const dataOf = (destination: string) => ({ pid: 'print', c: 'posters', af_web_dp: destination });

/** Asks for the link of a poster and its code. It is safe to repeat. */
export async function makeCode(links: SqsLinks, { id, order, destination, until }: Poster): Promise<void> {
  await links.create({
    requestId: `poster-${order}`,
    onelinkId,
    shortlinkId: id,
    data: dataOf(destination),
    ttl: '365d',
    keepUntil: until.toISOString(),
    brandDomain: 'go.acme.example',
    qr: { size: 2000, margin: true },
  });
}

/**
 * Leads the code of a poster to another destination. The code, its TTL and `keepUntil` stay.
 *
 * @param change identifies this change, such as the number of its ticket
 */
export async function redirectCode(
  links: SqsLinks,
  { id, order, destination }: Pick<Poster, 'id' | 'order' | 'destination'>,
  change: string,
): Promise<void> {
  // An update replaces `data` as a whole.
  await links.update({ requestId: `poster-${order}-${change}`, onelinkId, shortlinkId: id, data: dataOf(destination) });
}

/** Saves the image for the printer. @returns the file, or undefined if the outcome has no image */
export async function saveCode({ qr, link }: Outcome, s3: S3Client, folder: string): Promise<string | undefined> {
  if (qr === undefined || link === undefined) return undefined;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: qr.bucket, Key: qr.key }));
  const file = join(folder, `${link.shortlinkId}.${qr.format}`);
  await writeFile(file, (await Body?.transformToByteArray()) ?? '');
  return file;
}
