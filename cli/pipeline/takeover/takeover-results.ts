import type { CampaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { rowResult } from '../../../lambdas/domain/campaign/results.ts';
import type { RowResult } from '../../../lambdas/domain/campaign/row.ts';
import { campaignRequestId } from '../../../lambdas/domain/campaign/row-identity.ts';
import { requestKey } from '../../../lambdas/domain/contract/request-key.ts';
import { type OpenCampaigns, resultReadsOf } from '../campaign/open-campaigns.ts';
import { campaignResults, withoutDeletedLinks } from '../campaign-results.ts';
import type { ConfiguredPipeline } from '../configured-pipeline.ts';
import { inOrder, portions } from '../in-order.ts';
import type { TakeoverNotes } from './notes.ts';
import { digestInKey, keyOfLink } from './rows.ts';

/** What became of the link of a row. */
export type LinkResult = Pick<RowResult, 'status' | 'reason' | 'faults' | 'shortUrl' | 'expiresAt' | 'requestId'>;

/** By the digest of a link, which the notes make. */
type ByDigest = ReadonlyMap<string, LinkResult>;

/**
 * - `none`      nothing was uploaded yet
 * - `unopened`  the check of the uploaded file has not begun
 * - `replaced`  another file of this campaign came after it. The ledger has the results of links that have an answer
 * - `known`     the campaign's record, and a result for each link of the uploaded file, as far as they are known now
 */
export type TakeoverResults =
  | { state: 'none' | 'unopened' }
  | { state: 'replaced'; byDigest: ByDigest }
  | { state: 'known'; record: CampaignRecord; byDigest: ByDigest };

type Notes = Pick<TakeoverNotes, 'dropped' | 'found' | 'attemptFor' | 'digestOf'>;

/** The results of the file that was uploaded last. A million links take some 500 MB. */
export async function takeoverResults(
  notes: Notes,
  campaign: CampaignKey,
  campaigns: OpenCampaigns,
  pipeline: ConfiguredPipeline,
): Promise<TakeoverResults> {
  const { dropped } = notes;
  if (dropped === undefined) return { state: 'none' };
  const { record } = await campaigns.table.read(campaign);
  if (record === undefined || record.file.droppedAt < dropped.file.droppedAt) return { state: 'unopened' };
  const { ledger } = campaigns.deployed;
  if (record.file.etag !== dropped.file.etag) {
    const answers = withoutDeletedLinks(recordedResults(notes, campaign, ledger), ledger);
    return { state: 'replaced', byDigest: await byDigest(answers) };
  }
  if (record.state === 'refused') return { state: 'known', record, byDigest: new Map() };
  const results = campaignResults(record, resultReadsOf(campaigns, record, pipeline));
  return { state: 'known', record, byDigest: await byDigest(withoutDeletedLinks(results, ledger)) };
}

async function byDigest(results: AsyncIterable<RowResult>): Promise<ByDigest> {
  const found = new Map<string, LinkResult>();
  for await (const { key, status, reason, faults, shortUrl, expiresAt, requestId } of results) {
    if (key === undefined) continue;
    found.set(digestInKey(key), {
      status,
      ...(reason !== undefined && { reason }),
      ...(faults !== undefined && { faults }),
      ...(shortUrl !== undefined && { shortUrl }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(requestId !== undefined && { requestId }),
    });
  }
  return found;
}

/** DynamoDB reads 100 keys at once. */
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
