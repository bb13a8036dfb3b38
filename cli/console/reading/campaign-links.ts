import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import type { RowResult } from '../../../lambdas/domain/campaign/row.ts';
import type { CampaignLinks } from '../contract/links.ts';
import type { OpenDesk } from '../desk.ts';
import { resultsOf } from './campaign-downloads.ts';

const rowsOnPage = 100;

/** A page of a campaign's rows with what became of each. It holds no cell of the file. */
export async function campaignLinks(
  record: CampaignRecord,
  open: OpenDesk,
  options: { after: string | undefined; reveal: boolean },
): Promise<CampaignLinks> {
  return pageOf(resultsOf(record, open), options);
}

/** @param after the row at the end of the page before */
export async function pageOf(
  results: AsyncIterable<RowResult>,
  { after, reveal }: { after: string | undefined; reveal: boolean },
): Promise<CampaignLinks> {
  const from = Number(after ?? 0);
  const rows: CampaignLinks['rows'] = [];
  let last = from;
  for await (const { row, line, status, requestId, shortUrl, reason } of results) {
    if (row <= from) continue;
    if (rows.length === rowsOnPage) return { rows, next: String(last) };
    last = row;
    rows.push({
      line,
      status,
      requestId: requestId ?? null,
      shortUrl: reveal ? (shortUrl ?? null) : null,
      reason: reason ?? null,
    });
  }
  return { rows, next: null };
}
