import { dataDigest } from '../domain/link/digest.ts';
import { type LinkRecord, needsRenewal, renewalLeadSeconds } from '../domain/link/ledger-record.ts';
import { foundAtApi, isHeld, isMadeBy, isOf, stateOfRemoved } from '../domain/link/link-state.ts';
import { recordInCheck } from '../domain/link/removal.ts';
import type { Disposition } from '../domain/work/delivery.ts';
import { deliveriesToWaitForCreate } from '../domain/work/return-delay.ts';
import { type Check, expiringSoonOf, type Finding, overOf, renewedOf } from './check.ts';
import { isRenewal, renew } from './renewal.ts';

/** Finds out whether a link is over whose record the TTL has removed; the table is at the expiry worker. */
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
  // The record of a create that has just made the link may be on its way: it takes this one's place. If none comes, the link
  // was changed by other means than this pipeline, and lives on. Where a later link has equal data it passes for the old one;
  // its create then puts its own record in the place of the one that was put back (link-worker/created-link.ts).
  const isOwn = isOf(checked, dataDigest(await ports.linkIdSecret.value(), found.link.data));
  if (!isOwn && receiveCount < deliveriesToWaitForCreate) return 'try-again';

  const { expiresAt } = found.link;
  if (needsRenewal({ ...checked, expiresAt }) && expiresAt - nowSeconds <= renewalLeadSeconds(checked)) {
    return held ? 'try-again' : renew(checked, found.link, check);
  }
  const lease = renewal === undefined ? {} : { lease: { taken: renewal } };
  if (!(await ports.ledger.concludeCheck(checked, { expiresAt, nowSeconds, ...lease }))) return 'try-again';
  return expiresAt > record.expiresAt ? renewedOf({ ...checked, expiresAt }) : 'done';
}

/**
 * What the ledger has at the link's address. Where it has nothing (the link was over, and this is said again), the record goes
 * back once more, so that there is one way to an end.
 */
async function recordUnderCheck({ removal, nowSeconds, settings, ports: { ledger } }: Check): Promise<LinkRecord> {
  const standing = await ledger.link(removal.record.address);
  if (standing !== undefined) return standing;
  const marked = recordInCheck(removal, nowSeconds, settings.CHECK_LOST_AFTER_DAYS);
  return (await ledger.addLink(marked)) ?? marked;
}

/**
 * The mark is off: a command has changed the link and told its own outcome, or an earlier delivery of this check has ended
 * between the record and its outcome, which is told then.
 */
function concludedBefore(standing: LinkRecord, { removal: { record }, hasQuota }: Check): Finding | Disposition {
  const isOther =
    standing.state !== 'live' || standing.version !== record.version || standing.expiryCheck !== undefined;
  if (isOther) return 'done';
  if (standing.expiresAt > record.expiresAt) return renewedOf(standing);
  if ((standing.lookAgainAt ?? 0) > (record.lookAgainAt ?? 0)) return expiringSoonOf(standing, hasQuota);
  return 'done';
}
