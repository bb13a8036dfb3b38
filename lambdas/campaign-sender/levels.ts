import { campaignKey } from '../domain/campaign/places.ts';
import type { CampaignRecord } from '../domain/campaign/record.ts';
import { forecast } from '../domain/campaign/sharing.ts';
import type { LaneRun, LaneStanding } from './lane-run.ts';
import { campaignLaneMetric } from './names.ts';
import { sharerOf } from './send-chunks.ts';

/** A campaign that has settled nothing for so long stands still, if its lane was open. */
const stillMilliseconds = 15 * 60_000;

/** Whether work is left for the lane, and nothing holds the campaign back. */
const isUnderWay = ({ state, paused }: CampaignRecord) =>
  state === 'checking' || state === 'cancelled' || (state === 'sending' && paused === undefined);

/** Whether nothing has happened to a campaign for fifteen minutes, although it and its lane were free to go on. */
export function standsStill(record: CampaignRecord, { openSince }: LaneStanding, now: number): boolean {
  if (!isUnderWay(record)) return false;
  const { settledAt = 0, approvedAt = 0, startedAt = 0, changedAt } = record;
  // The check does not depend on the lane.
  if (record.state === 'checking') return now - changedAt >= stillMilliseconds;
  if (openSince === undefined) return false;
  return now - Math.max(settledAt, approvedAt, startedAt, openSince) >= stillMilliseconds;
}

/** The share of rejected rows among those with a status, in percent. */
export function rejectedPercent({ tallies }: Pick<CampaignRecord, 'tallies'>): number {
  const settled = Object.values(tallies).reduce((sum, count) => sum + (count ?? 0), 0);
  return settled === 0 ? 0 : (100 * (tallies.rejected ?? 0)) / settled;
}

/**
 * Writes how the lane's campaigns stand, once a run. Without campaigns it writes nothing, because CloudWatch bills zeros as well.
 *
 * @param ended campaigns that have ended in this run
 */
export function writeLevels(
  run: LaneRun,
  standing: LaneStanding,
  campaigns: readonly CampaignRecord[],
  ended: readonly CampaignRecord[],
): void {
  if (campaigns.length === 0 && ended.length === 0) return;
  const { observer, lane, ports } = run;
  const now = ports.clock.wallMilliseconds();
  const sending = campaigns.filter(({ state }) => state === 'sending');
  const ends = forecast(
    sending.map((record) => sharerOf(run, record)),
    { rowsPerSecond: lane.commandsPerSecond, nowMilliseconds: now },
  );
  const late = sending.filter((record) => ends.get(campaignKey(record))?.inTime === false);
  const still = campaigns.filter((record) => standsStill(record, standing, now));
  observer.level(campaignLaneMetric.active, campaigns.length, 'Count');
  observer.level(campaignLaneMetric.standsStill, still.length, 'Count');
  observer.level(campaignLaneMetric.late, late.length, 'Count');
  const shares = [...campaigns, ...ended].map(rejectedPercent);
  observer.level(campaignLaneMetric.rejectedShare, Math.max(0, ...shares), 'Percent');
  for (const { source, name: campaign, drop } of still) {
    observer.warn('a campaign stands still', { source, campaign, drop, lane: lane.name });
  }
}
