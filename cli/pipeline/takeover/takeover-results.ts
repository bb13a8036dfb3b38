import type { CampaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { rowResult } from '../../../lambdas/domain/campaign/results.ts';
import type { RowResult } from '../../../lambdas/domain/campaign/row.ts';
import { campaignRequestId } from '../../../lambdas/domain/campaign/row-identity.ts';
import { requestKey } from '../../../lambdas/domain/contract/request-key.ts';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { isoSeconds } from '../../../lambdas/domain/work/clock.ts';
import { type OpenCampaigns, resultReadsOf } from '../campaign/open-campaigns.ts';
import { campaignResults } from '../campaign-results.ts';
import type { ConfiguredPipeline } from '../configured-pipeline.ts';
import { inOrder, portions } from '../in-order.ts';
import { linkName } from './link-list.ts';
import type { TakeoverNotes } from './notes.ts';
import { digestInKey, keyOfLink } from './rows.ts';

/**
 * What became of a link that was sent, or that the ledger had as the producer's before. The ledger decides over an answer of the
 * past:
 *
 * - `ours`   the ledger has the link as the producer's, since before this takeover
 * - `owned`  the takeover was refused or has failed, and another command has made the link the producer's since
 * - `ended`  the link was the producer's, and is no more. The reason is `link-deleted`, `link-not-found` or `not-owner`
 */
export interface LinkResult extends Pick<RowResult, 'reason' | 'faults' | 'shortUrl' | 'expiresAt' | 'requestId'> {
  status: RowResult['status'] | 'ours' | 'owned' | 'ended';
}

/** By the digest of a link, which the notes make. */
type ByDigest = ReadonlyMap<string, LinkResult>;

/**
 * - `none`      nothing was uploaded yet, by these notes. `other`: a campaign of this name that they do not know
 * - `unopened`  the check of the uploaded file has not begun
 * - `replaced`  another file of this campaign came after it. The ledger has the results of links that have an answer
 * - `known`     the campaign's record, and a result for each link of the uploaded file, as far as they are known now
 */
export type TakeoverResults = { byDigest: ByDigest } & (
  | { state: 'none'; other: CampaignRecord | undefined }
  | { state: 'unopened' | 'replaced' }
  | { state: 'known'; record: CampaignRecord }
);

type Notes = Pick<TakeoverNotes, 'dropped' | 'found' | 'attemptFor' | 'digestOf'>;

/** The results of the file that was uploaded last, as far as the ledger still has its links. A million links take some 500 MB. */
export async function takeoverResults(
  notes: Notes,
  campaign: CampaignKey,
  campaigns: OpenCampaigns,
  pipeline: ConfiguredPipeline,
): Promise<TakeoverResults> {
  const { dropped } = notes;
  const { ledger } = campaigns.deployed;
  const { record } = await campaigns.table.read(campaign);
  const known = async (answers?: AsyncIterable<RowResult>) => {
    const byDigest = new Map<string, LinkResult>();
    for await (const [digest, result] of ownedBefore(notes, campaign.source, ledger)) byDigest.set(digest, result);
    if (answers === undefined) return byDigest;
    for await (const [digest, result] of asLedgerHas(answers, campaign.source, ledger)) byDigest.set(digest, result);
    for await (const [digest, result] of ownedSince(notes, byDigest, campaign.source, ledger))
      byDigest.set(digest, result);
    return byDigest;
  };
  if (dropped === undefined) return { state: 'none', other: record, byDigest: await known() };
  if (record === undefined || record.file.droppedAt < dropped.file.droppedAt)
    return { state: 'unopened', byDigest: await known() };
  if (record.file.etag !== dropped.file.etag)
    return { state: 'replaced', byDigest: await known(recordedResults(notes, campaign, ledger)) };
  if (record.state === 'refused') return { state: 'known', record, byDigest: await known() };
  const results = campaignResults(record, resultReadsOf(campaigns, record, pipeline));
  return { state: 'known', record, byDigest: await known(results) };
}

type LinksOfLedger = Pick<OpenCampaigns['deployed']['ledger'], 'linksAt'>;
type OfDigest = readonly [digest: string, result: LinkResult];

/** DynamoDB reads 100 keys at once. */
const linksAtOnce = 100;

/** The links that the plan has found to be the producer's, by their records of now. */
async function* ownedBefore(notes: Notes, source: string, ledger: LinksOfLedger): AsyncGenerator<OfDigest> {
  async function* owned() {
    for (const [link, finding] of notes.found) if (finding === 'ours') yield link;
  }
  const look = async (links: string[]) => {
    const records = recordsByLink(await ledger.linksAt(links.map(addressOfLink)));
    return links.map(
      (link): OfDigest => [notes.digestOf(link), inLedger(records.get(link), source, { status: 'ours' })],
    );
  };
  for await (const found of inOrder(4, portions(owned(), linksAtOnce), look)) yield* found;
}

const mayBeOwnedSince: ReadonlySet<LinkResult['status']> = new Set(['rejected', 'failed']);

/** The links without success that are the producer's by now: somebody has removed the cause, and sent a command. */
async function* ownedSince(
  notes: Notes,
  results: ByDigest,
  source: string,
  ledger: LinksOfLedger,
): AsyncGenerator<OfDigest> {
  async function* refused() {
    for (const [link] of notes.found) {
      const status = results.get(notes.digestOf(link))?.status;
      if (status !== undefined && mayBeOwnedSince.has(status)) yield link;
    }
  }
  const look = async (links: string[]) => {
    const records = recordsByLink(await ledger.linksAt(links.map(addressOfLink)));
    return links.flatMap((link): OfDigest[] => {
      const record = records.get(link);
      if (record?.source !== source || record.state !== 'live') return [];
      return [[notes.digestOf(link), inLedger(record, source, { status: 'owned' })]];
    });
  };
  for await (const found of inOrder(4, portions(refused(), linksAtOnce), look)) yield* found;
}

const hasLink: ReadonlySet<RowResult['status']> = new Set(['adopted', 'migrated']);

/** A recorded answer stays as it was. The link may have been deleted or have ended since. */
async function* asLedgerHas(
  results: AsyncIterable<RowResult>,
  source: string,
  ledger: LinksOfLedger,
): AsyncGenerator<OfDigest> {
  const look = async (portion: RowResult[]) => {
    const linked = portion.flatMap((one) => linkOf(one) ?? []);
    const records = recordsByLink(linked.length === 0 ? [] : await ledger.linksAt(linked.map(addressOfLink)));
    return portion.flatMap((one): OfDigest[] => {
      if (one.key === undefined) return [];
      const link = linkOf(one);
      const told = toldBy(one);
      return [[digestInKey(one.key), link === undefined ? told : inLedger(records.get(link), source, told)]];
    });
  };
  for await (const found of inOrder(4, portions(results, linksAtOnce), look)) yield* found;
}

const linkOf = ({ status, onelinkId, shortlinkId }: RowResult): string | undefined =>
  hasLink.has(status) && onelinkId !== undefined && shortlinkId !== undefined
    ? linkName({ onelinkId, shortlinkId })
    : undefined;

function addressOfLink(link: string): LinkAddress {
  const [onelinkId = '', shortlinkId = ''] = link.split('/');
  return { onelinkId, shortlinkId };
}

const recordsByLink = (records: readonly LinkRecord[]) =>
  new Map(records.map((record) => [linkName(record.address), record]));

const toldBy = ({ status, reason, faults, shortUrl, expiresAt, requestId }: RowResult): LinkResult => ({
  status,
  ...(reason !== undefined && { reason }),
  ...(faults !== undefined && { faults }),
  ...(shortUrl !== undefined && { shortUrl }),
  ...(expiresAt !== undefined && { expiresAt }),
  ...(requestId !== undefined && { requestId }),
});

/** What the record of a link makes of an answer by which the link was the producer's. */
function inLedger(record: LinkRecord | undefined, source: string, told: LinkResult): LinkResult {
  if (record?.source === source && record.state === 'live')
    return { ...told, shortUrl: record.shortUrl, expiresAt: isoSeconds(record.expiresAt) };
  const { shortUrl: _, expiresAt: __, ...ended } = told;
  const reason =
    record === undefined ? 'link-not-found' : record.source === source ? 'link-deleted' : ('not-owner' as const);
  return { ...ended, status: 'ended', reason };
}

const requestsAtOnce = 100;

/** The results by the records of the requests, for a campaign whose files are replaced. A request without an answer has none. */
async function* recordedResults(
  notes: Notes,
  { source, name }: CampaignKey,
  ledger: OpenCampaigns['deployed']['ledger'],
): AsyncGenerator<RowResult> {
  const answersOf = async (portion: string[]) => {
    const idOf = (key: string) => ({ source, requestId: campaignRequestId(name, key) });
    const requests = await ledger.requests(portion.map(idOf));
    return portion.flatMap((key) => {
      const asked = idOf(key);
      const request = requests.get(requestKey(asked));
      if (request === undefined) return [];
      const { requestId } = asked;
      return [rowResult({ row: 0, line: 0, cells: [], key, requestId, check: 'send', command: {} }, { request })];
    });
  };
  for await (const answers of inOrder(4, portions(sentKeys(notes), requestsAtOnce), answersOf)) yield* answers;
}

/** The keys of all rows that an attempt may have sent. */
async function* sentKeys(notes: Notes): AsyncGenerator<string> {
  for (const [link, finding] of notes.found) {
    const attempt = finding === 'readable' ? notes.attemptFor(link) : undefined;
    if (attempt !== undefined) yield keyOfLink(notes.digestOf(link), attempt.number);
  }
}
