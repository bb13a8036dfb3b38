import { dataDigest } from '../domain/link/digest.ts';
import { checkPauseSeconds, type LinkRecord, needsRenewal, renewalLeadSeconds } from '../domain/link/ledger-record.ts';
import { foundAtApi, isHeld, isMadeBy, isOf, isOver, stateOfRemoved } from '../domain/link/link-state.ts';
import { recordInCheck } from '../domain/link/removal.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import type { Disposition } from '../domain/work/delivery.ts';
import { deliveriesToWaitForCreate } from '../domain/work/return-delay.ts';
import { type Check, expiringSoonOf, type Finding, overOf, renewedOf } from './check.ts';
import { isRenewal, renew } from './renewal.ts';

/** Finds out whether a link has expired after the TTL has removed its record (table: expiry-worker.ts). */
export async function checkExpiry(check: Check): Promise<Finding | Disposition> {
  const { ports, removal, receiveCount, nowSeconds } = check;
  const { record, token } = removal;
  const state = stateOfRemoved(record, nowSeconds);
  if (state === 'tombstone') return 'done';
  if (state === 'over') return overOf(record);

  const checked = await recordUnderCheck(check);
  if (!isMadeBy(checked, record)) return overOf(record);
  if (checked.expiryCheck?.token !== token) return concludedBefore(checked, check);
  const renewal = checked.lease !== undefined && isRenewal(checked.lease, checked) ? checked.lease : undefined;
  const held = isHeld(checked, nowSeconds);
  if (held && renewal === undefined) return 'try-again';

  const found = foundAtApi(await ports.api.read(record.address), nowSeconds);
  if (found.state === 'unknown') return found.meaning === 'account-blocked' ? 'account-blocked' : 'try-again';
  if (found.state !== 'alive') return overOf(checked, checked);
  // The record of a create that has just made this link may be under way. It replaces this record. If none comes,
  // another system has changed the link, and the link stays live. A later link with equal data counts as the old one,
  // until its create replaces the restored record with its own (link-worker/created-link.ts).
  const isOwn = isOf(checked, dataDigest(await ports.linkIdSecret.value(), found.link.data));
  if (!isOwn && receiveCount < deliveriesToWaitForCreate) return 'try-again';

  // If the API reports no expiry, the pipeline's own count holds.
  const { expiresAt = checked.expiresAt } = found.link;
  if (needsRenewal({ ...checked, expiresAt }) && expiresAt - nowSeconds <= renewalLeadSeconds(checked)) {
    return held ? 'try-again' : renew(checked, { ...found.link, expiresAt }, check);
  }
  const lease = renewal === undefined ? {} : { lease: { taken: renewal } };
  const again = mayBeOver(found.link, checked, nowSeconds) ? { checkAgainAt: nowSeconds + shownAfterEndSeconds } : {};
  if (!(await ports.ledger.concludeCheck(checked, { expiresAt, nowSeconds, ...again, ...lease }))) return 'try-again';
  return expiresAt > record.expiresAt ? renewedOf({ ...checked, expiresAt }) : 'done';
}

/** The API shows an expired link for up to 48 hours. */
const shownAfterEndSeconds = 2 * checkPauseSeconds;

/** Whether the link is over by the pipeline's own count, and no GET reports more: clicks may have kept it live. */
function mayBeOver(found: LinkAtApi, checked: LinkRecord, nowSeconds: number): boolean {
  return found.expiresAt === undefined && isOver(checked, nowSeconds);
}

/**
 * The record at the link's address. If there is none, the link has expired and this delivery is a repeat. The worker
 * then restores the record once more, so that all checks end in the same way.
 */
async function recordUnderCheck({ removal, nowSeconds, settings, ports: { ledger } }: Check): Promise<LinkRecord> {
  const existing = await ledger.link(removal.record.address);
  if (existing !== undefined) return existing;
  const marked = recordInCheck(removal, nowSeconds, settings.CHECK_LOST_AFTER_DAYS);
  return (await ledger.addLink(marked)) ?? marked;
}

/**
 * The mark is gone. Either a command has changed the link and published its own outcome. Or an earlier delivery of this
 * check has crashed between record and outcome, and this delivery publishes the outcome.
 */
function concludedBefore(current: LinkRecord, { removal: { record }, hasQuota }: Check): Finding | Disposition {
  const isOther = current.state !== 'live' || current.version !== record.version || current.expiryCheck !== undefined;
  if (isOther) return 'done';
  if (current.expiresAt > record.expiresAt) return renewedOf(current);
  // A link whose expiry the API does not report is checked again, too, but without an outcome.
  if (needsRenewal(current) && (current.checkAgainAt ?? 0) > (record.checkAgainAt ?? 0))
    return expiringSoonOf(current, hasQuota);
  return 'done';
}
