import type { PipelineSettings } from '../../../lib/config/config-schema.ts';
import type { AccountLimits } from '../../../lib/config/rate/budget.ts';
import { type PipelineDemand, planPipeline } from '../../../lib/config/rate/pipeline-plan.ts';
import { awsPrices } from '../../cost/aws-prices.ts';
import { useOn } from '../../cost/measured-use.ts';
import { costOfLink } from '../../cost/monthly-cost.ts';

/** The API's default TTL. The calculation assumes it as the life of a link. */
const linkDays = 31;
/** The logs of the shipped stage production. */
const logDays = 90;

export interface CampaignCost {
  /** What the campaign adds to the bill at AWS in the whole life of its links: records, history, logs and expiry checks. */
  dollars: number;
  /** `2026-11`, `us-east-1`: the month and the region of the list prices. */
  readOn: string;
  region: string;
  /** The links that it makes or changes. */
  links: number;
}

/** What a campaign does on one lane. */
export interface LaneWork {
  lane: string;
  links: number;
  qrCodes: number;
  deletes?: number;
}

/**
 * The dollars of a campaign at AWS's list prices, without the pipeline's fixed cost. Each lane has its own batches, and they are full,
 * because a campaign is a backlog. Links renew themselves, as the API's default is. A delete costs a command and the record of its
 * request.
 *
 * @param isKeyed whether a key of the customer encrypts the pipeline's data
 * @throws Error if the configuration has no such lane
 */
export function costOf(
  work: readonly LaneWork[],
  settings: PipelineDemand & Pick<PipelineSettings, 'memoryMegabytes' | 'deduplicationWindowDays'>,
  account: AccountLimits,
  isKeyed = false,
): CampaignCost {
  const { plans, qr, expiry } = planPipeline(account, settings);
  const { memoryMegabytes, deduplicationWindowDays } = settings;
  const dollars = work.map(({ lane, links, qrCodes, deletes = 0 }) => {
    const link = plans.find((one) => one.lane === lane)?.link;
    if (link === undefined || qr === undefined || expiry === undefined)
      throw new Error(`lanes: must hold the lane ${lane}, and shares that can be planned`);
    const each = {
      memoryMegabytes,
      deduplicationWindowDays,
      logDays,
      renewingShare: 1,
      isKeyed,
      use: useOn({ link, qr, expiry }),
    };
    const qrShare = links === 0 ? 0 : qrCodes / links;
    const perLink = sumOf(costOfLink({ ...each, qrShare, endingShare: 1, linkDays }));
    const perDelete = sumOf(costOfLink({ ...each, qrShare: 0, endingShare: 0, linkDays: 0 }));
    return perLink * links + perDelete * deletes;
  });
  const { readOn, region } = awsPrices;
  const links = work.reduce((sum, one) => sum + one.links, 0);
  return { dollars: dollars.reduce((sum, one) => sum + one, 0), readOn, region, links };
}

const sumOf = (services: ReadonlyMap<string, number>) =>
  [...services.values()].reduce((sum, dollars) => sum + dollars, 0);
