import { type CampaignKey, campaignKey } from '../../lambdas/domain/campaign/places.ts';
import { type CampaignRecord, isActive } from '../../lambdas/domain/campaign/record.ts';
import type { Clock } from '../../lambdas/domain/work/clock.ts';
import { OperatorError } from '../words/operator-error.ts';

/** What an order makes of a record: a changed record, or words why the record stays as it is. */
export type Ordered =
  | { record: CampaignRecord }
  /** The campaign is as the operator wants it. */
  | { already: string }
  /** The campaign's state does not allow it. */
  | { refused: string };
export type Order = (record: CampaignRecord) => Ordered;

/** Who gives an order, and when. */
export interface Giver {
  /** Epoch milliseconds. */
  at: number;
  /** The operator's name on this computer. It helps people, and proves nothing. */
  by?: string | undefined;
}

/** Starts the sending of a checked campaign that waits for it. */
export const approvedBy =
  ({ at, by }: Giver): Order =>
  (record) => {
    if (record.state === 'waiting') {
      const approved = { approvedAt: at, ...(by !== undefined && { approvedBy: by }) };
      return { record: { ...record, state: 'sending', startedAt: at, ...approved } };
    }
    if (record.state === 'sending') return { already: 'is sending already' };
    if (record.state === 'checking') return { refused: 'is still being checked. Approve it after its check' };
    return { refused: `is ${record.state}, so nothing of it waits for approval` };
  };

/** Keeps rows that are not with the lane yet from being sent. */
export const pausedBy =
  ({ at, by }: Giver, reason: string): Order =>
  (record) => {
    if (!isActive(record)) return { refused: `is ${record.state}, so it sends nothing` };
    const paused = { at, reason, ...(by !== undefined && { by }) };
    return { record: { ...record, paused } };
  };

/** Ends the pause. */
export const resumedBy = (): Order => (record) => {
  if (!isActive(record)) return { refused: `is ${record.state}, so it cannot continue` };
  if (record.paused === undefined) return { already: 'is not paused' };
  const { paused: _, ...rest } = record;
  return { record: rest };
};

/** Ends the campaign. Rows that are with the lane are still carried out, and the results tell which. */
export const cancelledBy =
  ({ at, by }: Giver): Order =>
  (record) => {
    if (record.state === 'cancelled') return { already: 'is cancelled already' };
    if (!isActive(record)) return { refused: `is ${record.state}, so there is nothing to cancel` };
    const { paused: _, ...rest } = record;
    return { record: { ...rest, state: 'cancelled', cancelled: { at, ...(by !== undefined && { by }) } } };
  };

export interface OrderPorts {
  read(campaign: CampaignKey): Promise<CampaignRecord | undefined>;
  /** Writes the record if its revision is the one that was read. @returns whether it was */
  replace(record: CampaignRecord): Promise<boolean>;
  clock: Clock;
}

/** The checker and the sender write the record, too, up to several times a second. */
const attempts = 20;
const pauseMilliseconds = 100;

/**
 * Carries out an order on the newest record, again after each write of somebody else.
 *
 * @throws OperatorError if the campaign is gone, if its state does not allow the order, or if others write all the time
 */
export async function giveOrder(
  campaign: CampaignKey,
  order: Order,
  { read, replace, clock }: OrderPorts,
): Promise<{ record: CampaignRecord; already?: string }> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const record = await read(campaign);
    if (record === undefined) throw new OperatorError(`The record of ${campaignKey(campaign)} is gone.`);
    const ordered = order(record);
    if ('refused' in ordered) {
      throw new OperatorError(`${campaignKey(campaign)} ${ordered.refused}. Nothing was changed.`);
    }
    if ('already' in ordered) return { record, already: ordered.already };
    const changed = { ...ordered.record, changedAt: clock.wallMilliseconds() };
    if (await replace(changed)) return { record: changed };
    await clock.sleep(pauseMilliseconds);
  }
  throw new OperatorError(
    `${campaignKey(campaign)} changes all the time. Nothing was changed. Run the same command again.`,
  );
}
