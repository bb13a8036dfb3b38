import type { S3Client } from '@aws-sdk/client-s3';
import type { CampaignTable } from '../../lambdas/adapters/campaign-table.ts';
import { pagesOf } from '../../lambdas/adapters/s3-objects.ts';
import {
  type CampaignKey,
  campaignKey,
  fileEndings,
  inboxPrefix,
  resultsPrefix,
} from '../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../lambdas/domain/campaign/record.ts';
import { isOneSlip } from '../../lambdas/domain/contract/one-slip.ts';
import { OperatorError } from '../words/operator-error.ts';
import { untilAborted } from './in-order.ts';
import { isDenied } from './service-error.ts';

/** What the library reads of campaigns: their records, and the bucket's objects. */
export interface CampaignReads {
  table: Pick<CampaignTable, 'readAll' | 'active'>;
  /** The campaigns that the bucket has a file or results of, of one source or of all. */
  inBucket(source?: string): AsyncIterable<CampaignKey>;
}

const resultForm = /^results\/([^/]+)\/([^/]+?)(?:-rejected)?\.csv$/;

/**
 * The campaign that an object of the bucket belongs to; undefined if it belongs to none. A refused file may have any name, and
 * leaves only its reason.
 */
export function campaignOf(objectKey: string): CampaignKey | undefined {
  const [, source, name] = resultForm.exec(objectKey) ?? [];
  if (source !== undefined && name !== undefined) return { source, name };
  if (!objectKey.startsWith(inboxPrefix)) return undefined;
  const [folder = '', file = '', ...deeper] = objectKey.slice(inboxPrefix.length).split('/');
  const ending = fileEndings.find((one) => file.toLowerCase().endsWith(one));
  if (!folder || ending === undefined || file.length === ending.length || deeper.length > 0) return undefined;
  return { source: folder, name: file.slice(0, -ending.length) };
}

/** The campaigns of which the bucket has a file or results. A campaign may come twice. */
export async function* campaignsInBucket(s3: S3Client, bucket: string, source?: string): AsyncGenerator<CampaignKey> {
  for (const prefix of [inboxPrefix, resultsPrefix]) {
    const Prefix = source === undefined ? prefix : `${prefix}${source}/`;
    for await (const { Contents = [] } of pagesOf(s3, { Bucket: bucket, Prefix })) {
      for (const { Key = '' } of Contents) {
        const campaign = campaignOf(Key);
        if (campaign !== undefined) yield campaign;
      }
    }
  }
}

/** A file in the inbox. */
export interface InboxFile extends CampaignKey {
  /** Epoch milliseconds at which it arrived. */
  droppedAt: number;
}

/** The newest file of each campaign whose file arrived since a time, in epoch milliseconds. */
export async function filesSince(s3: S3Client, bucket: string, since: number): Promise<InboxFile[]> {
  const newest = new Map<string, InboxFile>();
  for await (const { Contents = [] } of pagesOf(s3, { Bucket: bucket, Prefix: inboxPrefix })) {
    for (const { Key = '', LastModified } of Contents) {
      const campaign = campaignOf(Key);
      const droppedAt = LastModified?.getTime() ?? 0;
      if (campaign === undefined || droppedAt < since) continue;
      const before = newest.get(campaignKey(campaign))?.droppedAt ?? 0;
      if (droppedAt > before) newest.set(campaignKey(campaign), { ...campaign, droppedAt });
    }
  }
  return [...newest.values()];
}

/** All known campaigns, of one source or of all, in the order of their names. Not all of them after an interruption. */
export async function allCampaigns(
  reads: CampaignReads,
  source?: string,
  signal?: AbortSignal,
): Promise<CampaignKey[]> {
  const known = new Map<string, CampaignKey>();
  for (const { source: owner, name } of await reads.table.active()) {
    const campaign = { source: owner, name };
    if (source === undefined || owner === source) known.set(campaignKey(campaign), campaign);
  }
  for await (const campaign of untilAborted(reads.inBucket(source), signal)) known.set(campaignKey(campaign), campaign);
  return [...known.values()].sort((one, other) => (campaignKey(one) < campaignKey(other) ? -1 : 1));
}

/**
 * The campaign that an operator names.
 *
 * @param named `crm/spring`, or `spring` if only one source has a campaign of that name
 * @param sources the producers, which may have a campaign of that name
 * @throws OperatorError if there is none, or if two have the name. It names the most similar ones.
 */
export async function campaignNamed(
  named: string,
  sources: readonly string[],
  reads: CampaignReads,
): Promise<CampaignRecord> {
  const cut = named.lastIndexOf('/');
  const name = named.slice(cut + 1);
  const asked = cut < 0 ? sources : [named.slice(0, cut)];
  const { records, corrupt } = await reads.table.readAll(asked.map((source) => ({ source, name }))).catch((error) => {
    if (cut < 0 && isDenied(error)) throw new OperatorError(inFullWords(name));
    throw error;
  });
  if (corrupt.length > 0) throw new OperatorError(unreadableWords(corrupt));
  const [found, ...others] = records;
  if (found !== undefined && others.length === 0) return found;
  if (found !== undefined) {
    const all = [found, ...others].map(campaignKey).sort().join(', ');
    throw new OperatorError(`More than one campaign is named ${name}: ${all}. Name one of them in full.`);
  }
  throw new OperatorError(await unknownWords(named, name, reads));
}

const inFullWords = (name: string) =>
  `AWS lets you read the campaigns of some producers only. Name the producer, too, for example crm/${name}.`;

/** The words for records that this release cannot read. */
export const unreadableWords = (corrupt: readonly string[]) =>
  `The record of ${corrupt.join(', ')} cannot be read. Use the checkout from which the stack was deployed.`;

async function unknownWords(named: string, name: string, reads: CampaignReads): Promise<string> {
  const known = await allCampaigns(reads).catch((error): CampaignKey[] => {
    // Who owns the campaigns of one producer may not list those of others.
    if (isDenied(error)) return [];
    throw error;
  });
  const waiting = known.find((one) => campaignKey(one) === named || (named === name && one.name === name));
  if (waiting !== undefined) {
    return (
      `${campaignKey(waiting)} has a file, but no check of it has begun. An interrupted check begins again after 12 minutes. ` +
      'To begin at once, drop the file again. If that does not help, run: onelink doctor'
    );
  }
  const near = known.filter((one) => isNear(one.name, name)).map(campaignKey);
  if (near.length > 0) return `There is no campaign ${named}. Did you mean ${near.slice(0, 5).join(' or ')}?`;
  return `There is no campaign ${named}. To see all, run: onelink campaign list`;
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[._-]/g, '');

function isNear(one: string, other: string): boolean {
  const [first, second] = [plain(one), plain(other)];
  if (first === second || first.startsWith(second) || second.startsWith(first)) return true;
  return Math.min(first.length, second.length) >= 4 && isOneSlip(first, second);
}
