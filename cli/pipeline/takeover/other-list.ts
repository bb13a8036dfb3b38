import * as z from 'zod';
import { FileChanged } from '../../../lambdas/adapters/campaign-files.ts';
import { pagesOf } from '../../../lambdas/adapters/s3-objects.ts';
import type { CampaignKey } from '../../../lambdas/domain/campaign/places.ts';
import { type CampaignFile, type CampaignRecord, isActive } from '../../../lambdas/domain/campaign/record.ts';
import { objectIn } from '../../../lambdas/domain/contract/object-text.ts';
import type { OpenCampaigns } from '../campaign/open-campaigns.ts';
import { inboxKey } from '../drop-campaign.ts';
import type { TakeoverNotes } from './notes.ts';
import { digestInKey } from './rows.ts';

/**
 * The work of another list under the name of this list's campaign. Campaigns are named by their files, so two lists with one base
 * name would end each other's.
 *
 * @returns its record, or `unopened` if its file has just arrived. Undefined if there is none, if it has ended, or if it is this list's
 */
export async function workOfOtherList(
  campaign: CampaignKey,
  notes: Pick<TakeoverNotes, 'dropped' | 'isDigestOf'>,
  campaigns: Pick<OpenCampaigns, 'table' | 'files' | 'deployed' | 'bucket'>,
): Promise<CampaignRecord | 'unopened' | undefined> {
  const file = await fileInInbox(campaign, campaigns);
  const { record } = await campaigns.table.read(campaign);
  const isUnopened =
    file !== undefined &&
    (record === undefined ||
      (file.etag !== record.file.etag && file.rewritten !== true && file.droppedAt >= record.file.droppedAt));
  if (!isUnopened && (record === undefined || !isActive(record))) return undefined;
  const newest = isUnopened ? file : record?.file;
  if (newest === undefined || newest.etag === notes.dropped?.file.etag) return undefined;
  // A run that was killed after its upload has not noted the file.
  if (file?.etag === newest.etag && (await isOfNotes(file, notes, campaigns))) return undefined;
  return isUnopened ? 'unopened' : record;
}

/** A list request comes first: S3 answers 403 to a caller of this policy who asks for an object that is absent. */
async function fileInInbox(
  campaign: CampaignKey,
  { deployed: { s3 }, bucket: Bucket, files }: Pick<OpenCampaigns, 'deployed' | 'bucket' | 'files'>,
): Promise<CampaignFile | undefined> {
  const key = inboxKey(campaign, '.ndjson');
  for await (const { Contents = [] } of pagesOf(s3, { Bucket, Prefix: key })) {
    if (Contents.some(({ Key }) => Key === key)) return files.file(key);
  }
  return undefined;
}

const keyedRow = z.object({ request_id: z.string(), template: z.string(), shortlink_id: z.string() });

/** The first rows show whose file it is: only the notes can make their keys. */
const bytesOfProof = 64 * 1024;

async function isOfNotes(
  file: CampaignFile,
  notes: Pick<TakeoverNotes, 'isDigestOf'>,
  { files }: Pick<OpenCampaigns, 'files'>,
): Promise<boolean> {
  try {
    let text = '';
    const first = { ...file, bytes: Math.min(file.bytes, bytesOfProof) };
    for await (const part of files.bytes(first)) text += Buffer.from(part).toString();
    return text.split('\n').some((line) => {
      const { data: row } = keyedRow.safeParse(objectIn(line));
      return row !== undefined && notes.isDigestOf(digestInKey(row.request_id), `${row.template}/${row.shortlink_id}`);
    });
  } catch (error) {
    if (error instanceof FileChanged) return false;
    throw error;
  }
}
