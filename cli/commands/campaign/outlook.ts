import type { CampaignTable } from '../../../lambdas/adapters/campaign-table.ts';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { forecast, type Sharer } from '../../../lambdas/domain/campaign/sharing.ts';
import { type ConfiguredPipeline, plansOf } from '../../pipeline/configured-pipeline.ts';
import { sustained } from '../plan/campaign-plan.ts';
import type { Outlook } from './campaign-words.ts';

/** A campaign's part of its lane, for the domain's forecast. */
export function sharerOf(record: CampaignRecord): Sharer {
  const outstanding = (record.outstanding ?? []).reduce((sum, { rows }) => sum + rows, 0);
  const { sendBy } = record.settings;
  return {
    key: campaignKey(record),
    rowsLeft: Math.max(0, record.toSend - (record.rowsSent ?? 0)),
    outstanding,
    sendBy: sendBy === undefined ? undefined : Date.parse(sendBy),
    paused: record.paused !== undefined,
  };
}

/**
 * When a campaign will end, by the lane's rate and the other campaigns of the lane.
 *
 * @returns nothing for a campaign that is not being sent, or if the configuration does not have its lane
 */
export async function outlookOf(
  record: CampaignRecord,
  table: Pick<CampaignTable, 'active' | 'readAll'>,
  configured: ConfiguredPipeline | undefined,
  nowMilliseconds: number,
): Promise<Outlook> {
  const plan = configured && plansOf(configured).plans.find(({ lane }) => lane === record.lane);
  if (record.state !== 'sending' || plan === undefined) return {};
  const { records } = await table.readAll(await table.active());
  const sending = records.filter(({ state, lane }) => state === 'sending' && lane === record.lane);
  const lane = { rowsPerSecond: sustained(plan.link), nowMilliseconds };
  return forecast(sending.map(sharerOf), lane).get(campaignKey(record)) ?? {};
}
