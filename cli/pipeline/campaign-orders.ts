import type { CampaignAct, CampaignTable } from '../../lambdas/adapters/campaign-table.ts';
import { type CampaignKey, campaignKey } from '../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord, CampaignState } from '../../lambdas/domain/campaign/record.ts';
import type { Clock } from '../../lambdas/domain/work/clock.ts';
import { OperatorError } from '../words/operator-error.ts';

type Act = CampaignAct['act'];

/** The states in which an act has nothing left to do, and its words; and why it is refused in others. */
interface Rule {
  from: readonly CampaignState[];
  already?: (record: CampaignRecord) => string | undefined;
  refusal: (state: CampaignState) => string;
}

const active = ['checking', 'waiting', 'sending'] as const;

const rules: Record<Act, Rule> = {
  approve: {
    from: ['waiting'],
    already: ({ state, approvedAt }) => (state === 'sending' ? approvedWords(approvedAt) : undefined),
    refusal: (state) =>
      state === 'checking'
        ? 'is still being checked. Approve it after its check'
        : `is ${state}, so nothing of it waits for approval`,
  },
  pause: { from: active, refusal: (state) => `is ${state}, so it sends nothing` },
  resume: {
    from: active,
    already: ({ paused }) => (paused === undefined ? 'is not paused' : undefined),
    refusal: (state) => `is ${state}, so it cannot continue`,
  },
  cancel: {
    from: active,
    already: ({ state }) => (state === 'cancelled' ? 'is cancelled already' : undefined),
    refusal: (state) => `is ${state}, so there is nothing to cancel`,
  },
};

const approvedWords = (approvedAt: number | undefined) =>
  approvedAt === undefined ? 'needs no approval, and is sending' : 'is approved already, and is sending';

/** Why an act would change nothing in a record; undefined if the act is possible. */
export function obstacle(record: CampaignRecord, act: Act): { already: string } | { refused: string } | undefined {
  const rule = rules[act];
  const already = rule.already?.(record);
  if (already !== undefined) return { already };
  return rule.from.includes(record.state) ? undefined : { refused: rule.refusal(record.state) };
}

/** What became of an order. */
export interface Ordered {
  /** The record after the act. */
  record: CampaignRecord;
  /** Why nothing had to be done. */
  already?: string;
}

export type OrderPorts = Pick<CampaignTable, 'read' | 'act'> & { clock: Pick<Clock, 'wallMilliseconds'> };

/** Each attempt fails only if somebody has changed the state since it was read. */
const attempts = 5;

/**
 * Carries out an operator's act on the newest record.
 *
 * @throws OperatorError if there is no usable record, if the campaign's state does not allow the act, or if the state
 *   changes all the time
 */
export async function giveOrder(
  campaign: CampaignKey,
  act: CampaignAct,
  { read, act: carryOut, clock }: OrderPorts,
): Promise<Ordered> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { record } = await read(campaign);
    if (record === undefined) throw new OperatorError(`${campaignKey(campaign)} has no usable record.`);
    const found = obstacle(record, act.act);
    if (found !== undefined && 'already' in found) return { record, already: found.already };
    if (found !== undefined) {
      throw new OperatorError(`${campaignKey(campaign)} ${found.refused}. Nothing was changed.`);
    }
    if (!(await carryOut(campaign, act, clock.wallMilliseconds()))) continue;
    return { record: (await read(campaign)).record ?? record };
  }
  throw new OperatorError(`${campaignKey(campaign)} changes all the time. Run the same command again.`);
}
