import type { CampaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import type { RowResult } from '../../../lambdas/domain/campaign/row.ts';
import { type OpenCampaigns, resultReadsOf } from '../campaign/open-campaigns.ts';
import { campaignResults, withoutDeletedLinks } from '../campaign-results.ts';
import type { ConfiguredPipeline } from '../configured-pipeline.ts';
import type { Dropped } from './notes.ts';
import { digestInKey } from './rows.ts';

/** What became of the link of a row. */
export type LinkResult = Pick<RowResult, 'status' | 'reason' | 'faults' | 'shortUrl' | 'expiresAt' | 'requestId'>;

/**
 * - `none`      nothing was uploaded yet
 * - `unopened`  the check of the uploaded file has not begun
 * - `replaced`  another file of this campaign came after it, so its rows have no results
 * - `known`     the campaign's record, and a result for each link of the uploaded file, as far as they are known now. The notes
 *               make the digest of a link
 */
export type TakeoverResults =
  | { state: 'none' | 'unopened' | 'replaced' }
  | { state: 'known'; record: CampaignRecord; byDigest: ReadonlyMap<string, LinkResult> };

/** The results of the file that was uploaded last. A million links take some 500 MB. */
export async function takeoverResults(
  dropped: Dropped | undefined,
  campaign: CampaignKey,
  campaigns: OpenCampaigns,
  pipeline: ConfiguredPipeline,
): Promise<TakeoverResults> {
  if (dropped === undefined) return { state: 'none' };
  const { record } = await campaigns.table.read(campaign);
  if (record === undefined || record.file.droppedAt < dropped.file.droppedAt) return { state: 'unopened' };
  if (record.file.etag !== dropped.file.etag) return { state: 'replaced' };
  const byDigest = new Map<string, LinkResult>();
  if (record.state === 'refused') return { state: 'known', record, byDigest };
  const results = campaignResults(record, resultReadsOf(campaigns, record, pipeline));
  for await (const result of withoutDeletedLinks(results, campaigns.deployed.ledger)) {
    const { key, status, reason, faults, shortUrl, expiresAt, requestId } = result;
    if (key === undefined) continue;
    byDigest.set(digestInKey(key), {
      status,
      ...(reason !== undefined && { reason }),
      ...(faults !== undefined && { faults }),
      ...(shortUrl !== undefined && { shortUrl }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(requestId !== undefined && { requestId }),
    });
  }
  return { state: 'known', record, byDigest };
}
