import { type CampaignAct, obstacle } from '../domain/campaign/orders.ts';
import { type CampaignKey, campaignKey } from '../domain/campaign/places.ts';
import type { CampaignRecord } from '../domain/campaign/record.ts';
import type { Clock } from '../domain/work/clock.ts';
import { ActFailed } from './performers.ts';

/** What became of an order. */
export interface Ordered {
  /** The record after the act. */
  record: CampaignRecord;
  /** Why nothing had to be done. */
  already?: string;
}

export interface OrderPorts {
  campaigns: {
    read(campaign: CampaignKey): Promise<{ record: CampaignRecord | undefined }>;
    /** @returns false if the campaign is in no state for this act */
    act(campaign: CampaignKey, act: CampaignAct, nowMilliseconds: number): Promise<boolean>;
  };
  clock: Pick<Clock, 'wallMilliseconds'>;
}

/** Each attempt fails only if somebody has changed the state since it was read. */
const attempts = 5;

/**
 * Carries out an operator's act on the newest record.
 *
 * @throws ActFailed if there is no usable record, if the campaign's state does not allow the act, or if the state
 *   changes all the time
 */
export async function giveOrder(
  campaign: CampaignKey,
  act: CampaignAct,
  { campaigns, clock }: OrderPorts,
): Promise<Ordered> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { record } = await campaigns.read(campaign);
    if (record === undefined) throw new ActFailed(`${campaignKey(campaign)} has no usable record.`);
    const found = obstacle(record, act.act);
    if (found !== undefined && 'already' in found) return { record, already: found.already };
    if (found !== undefined) {
      throw new ActFailed(`${campaignKey(campaign)} ${found.refused}. Nothing was changed.`);
    }
    if (!(await campaigns.act(campaign, act, clock.wallMilliseconds()))) continue;
    return { record: (await campaigns.read(campaign)).record ?? record };
  }
  throw new ActFailed(`${campaignKey(campaign)} changes all the time. Run the same command again.`);
}
