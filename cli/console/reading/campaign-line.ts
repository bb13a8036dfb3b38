import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { standingWords } from '../../pipeline/campaign/campaign-words.ts';
import { settledRows } from '../../pipeline/follow-campaign.ts';
import type { CampaignLine } from '../contract/campaigns.ts';

/** A campaign in one line of a list. */
export function campaignLine(record: CampaignRecord): CampaignLine {
  const { source, name, state, paused, lane, rows, file, changedAt, endedAt } = record;
  return {
    source,
    name,
    state,
    paused: paused !== undefined,
    lane,
    rows,
    settled: settledRows(record),
    droppedAt: file.droppedAt,
    changedAt,
    endedAt: endedAt ?? null,
    words: standingWords(record),
  };
}
