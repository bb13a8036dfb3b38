import type { PipelineSettings } from '../../../lib/config/config-schema.ts';
import { type AccountLimits, type PipelineDemand, planPipeline } from '../../../lib/config/rate-budget.ts';
import { awsPrices } from '../../cost/aws-prices.ts';
import { useOn } from '../../cost/measured-use.ts';
import { costOfLink } from '../../cost/monthly-cost.ts';
import { sustained } from '../../pipeline/campaign/lane-times.ts';

/** The API's default TTL. The calculation assumes it as the life of a link. */
const linkDays = 31;

export interface CampaignCost {
  /** What the campaign adds to the month's bill at AWS, with the storage of its links' records and their expiry checks. */
  dollars: number;
  /** `2026-11`, `us-east-1`: the month and the region of the list prices. */
  readOn: string;
  region: string;
  /** The links that it makes or changes. */
  links: number;
}

/**
 * The dollars of a campaign at AWS's list prices, without the pipeline's fixed cost. It assumes that all commands take the
 * fastest lane, in full batches. A delete costs a command and the record of its request.
 */
export function costOf(
  { links, qrCodes, deletes = 0 }: { links: number; qrCodes: number; deletes?: number },
  settings: PipelineDemand & Pick<PipelineSettings, 'memoryMegabytes' | 'deduplicationWindowDays'>,
  account: AccountLimits,
): CampaignCost {
  const { plans, qr, expiry } = planPipeline(account, settings);
  const [fastest] = plans.toSorted((one, other) => sustained(other.link) - sustained(one.link));
  if (fastest === undefined || qr === undefined) throw new Error('lanes: must hold at least one lane; got {}');
  const each = {
    memoryMegabytes: settings.memoryMegabytes,
    deduplicationWindowDays: settings.deduplicationWindowDays,
    expiryCallsPerSecond: expiry?.callsPerSecond ?? 1,
    use: useOn({ link: fastest.link, qr }),
  };
  const dollarsPerLink = sumOf(
    costOfLink({ ...each, qrShare: links === 0 ? 0 : qrCodes / links, expiringShare: 1, linkDays }),
  );
  const dollarsPerDelete = sumOf(costOfLink({ ...each, qrShare: 0, expiringShare: 0, linkDays: 0 }));
  const { readOn, region } = awsPrices;
  return { dollars: dollarsPerLink * links + dollarsPerDelete * deletes, readOn, region, links };
}

const sumOf = (services: ReadonlyMap<string, number>) =>
  [...services.values()].reduce((sum, dollars) => sum + dollars, 0);
