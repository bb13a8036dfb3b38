import type { CampaignTable } from '../../../lambdas/adapters/campaign-table.ts';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import { type CampaignRecord, isActive } from '../../../lambdas/domain/campaign/record.ts';
import { forecast, type Sharer } from '../../../lambdas/domain/campaign/sharing.ts';
import { type ControlReader, laneNow } from '../../../lambdas/domain/control/control-record.ts';
import { type ConfiguredPipeline, plansOf } from '../configured-pipeline.ts';
import type { Outlook } from './campaign-words.ts';
import { sustained } from './lane-times.ts';

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
 * @returns no end for a campaign that is not being sent, for a lane that carries nothing out, or if the configuration does not
 *   have the lane
 */
export async function outlookOf(
  record: CampaignRecord,
  { table, control }: { table: Pick<CampaignTable, 'active' | 'readAll'>; control: ControlReader },
  configured: ConfiguredPipeline | undefined,
  nowMilliseconds: number,
): Promise<Outlook> {
  const plan = configured && plansOf(configured).plans.find(({ lane }) => lane === record.lane);
  if (!isActive(record)) return {};
  const { control: lanes, signals } = await control.read();
  const { state, reason } = laneNow(lanes, signals, record.lane, nowMilliseconds);
  if (state !== 'open') return { lane: { state, reason: reason ?? 'operator' } };
  if (record.state !== 'sending' || plan === undefined) return {};
  const { records } = await table.readAll(await table.active());
  const sending = records.filter(({ state, lane }) => state === 'sending' && lane === record.lane);
  const lane = { rowsPerSecond: sustained(plan.link), nowMilliseconds };
  return forecast(sending.map(sharerOf), lane).get(campaignKey(record)) ?? {};
}
