import type { PipelineSettings } from '../../../lib/config-schema.ts';
import { type AccountLimits, planExpiry } from '../../../lib/rate-budget.ts';
import { awsPrices } from '../../cost/aws-prices.ts';
import { measuredUse } from '../../cost/measured-use.ts';
import { monthlyCost } from '../../cost/monthly-cost.ts';

/** The API's default TTL: how long a link is taken to live. */
const linkDays = 31;

export interface CampaignCost {
  /** What the campaign adds to the month's bill at AWS, its links' records and their end included. */
  dollars: number;
  /** `2026-11`, `us-east-1`: when and where the list prices were read. */
  readOn: string;
  region: string;
}

/** The dollars of a campaign at AWS's list prices, without what the pipeline costs anyway. */
export function costOf(
  { links, qrCodes }: { links: number; qrCodes: number },
  settings: Pick<PipelineSettings, 'memoryMegabytes' | 'requestHorizonDays' | 'expiryRateShare'>,
  account: AccountLimits,
): CampaignCost {
  const { plan: expiry } = planExpiry(account, settings.expiryRateShare);
  const lines = monthlyCost({
    linksPerMonth: links,
    qrShare: links === 0 ? 0 : qrCodes / links,
    expiringShare: 1,
    memoryMegabytes: settings.memoryMegabytes,
    linkDays,
    requestHorizonDays: settings.requestHorizonDays,
    expiryCallsPerSecond: expiry?.callsPerSecond ?? 1,
    use: measuredUse,
  });
  const perMillion = lines.reduce((sum, { dollarsPerMillionLinks }) => sum + dollarsPerMillionLinks, 0);
  const { readOn, region } = awsPrices;
  return { dollars: (perMillion * links) / 1_000_000, readOn, region };
}
