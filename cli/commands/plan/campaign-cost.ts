import type { PipelineSettings } from '../../../lib/config/config-schema.ts';
import { type AccountLimits, planExpiry, planLanes } from '../../../lib/config/rate-budget.ts';
import { awsPrices } from '../../cost/aws-prices.ts';
import { useOn } from '../../cost/measured-use.ts';
import { costOfLink } from '../../cost/monthly-cost.ts';
import { sustained } from './campaign-plan.ts';

/** The API's default TTL: how long a link is taken to live. */
const linkDays = 31;

export interface CampaignCost {
  /** What the campaign adds to the month's bill at AWS, its links' records and their end included. */
  dollars: number;
  /** `2026-11`, `us-east-1`: when and where the list prices were read. */
  readOn: string;
  region: string;
}

/**
 * The dollars of a campaign at AWS's list prices, without what the pipeline costs anyway: as if all of it took the fastest lane, in
 * full batches.
 */
export function costOf(
  { links, qrCodes }: { links: number; qrCodes: number },
  settings: Pick<PipelineSettings, 'lanes' | 'memoryMegabytes' | 'requestHorizonDays' | 'expiryRateShare'>,
  account: AccountLimits,
): CampaignCost {
  const { plan: expiry } = planExpiry(account, settings.expiryRateShare);
  const [fastest] = planLanes(account, settings.lanes).plans.sort(
    (one, other) => sustained(other.link) - sustained(one.link),
  );
  if (fastest === undefined) throw new Error('lanes: must hold at least one lane; got {}');
  const perLink = costOfLink({
    qrShare: links === 0 ? 0 : qrCodes / links,
    expiringShare: 1,
    memoryMegabytes: settings.memoryMegabytes,
    linkDays,
    requestHorizonDays: settings.requestHorizonDays,
    expiryCallsPerSecond: expiry?.callsPerSecond ?? 1,
    use: useOn(fastest),
  });
  const dollarsPerLink = [...perLink.values()].reduce((sum, dollars) => sum + dollars, 0);
  const { readOn, region } = awsPrices;
  return { dollars: dollarsPerLink * links, readOn, region };
}
