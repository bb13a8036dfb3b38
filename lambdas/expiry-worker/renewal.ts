import { dataAsText } from '../domain/contract/link-data.ts';
import { dataDigest } from '../domain/link/digest.ts';
import {
  type CheckLease,
  checkPauseSeconds,
  type Lease,
  type LinkRecord,
  needsRenewal,
} from '../domain/link/ledger-record.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import { isoSeconds } from '../domain/work/clock.ts';
import type { Disposition } from '../domain/work/delivery.ts';
import { type Check, expiringSoonOf, type Finding, renewedOf } from './check.ts';

/**
 * Renews a kept link for another TTL, with its own data. It holds the link's lease, because otherwise it could
 * overwrite the data of a command's update.
 */
export async function renew(
  checked: LinkRecord,
  { data, expiresAt }: LinkAtApi & { expiresAt: number },
  { settings, ports, hasQuota, tally, renewals, nowSeconds }: Check,
): Promise<Finding | Disposition> {
  const { api, ledger, linkIdSecret } = ports;
  const { address, source, ttlSeconds, renewTtl, version } = checked;
  const pause = { expiresAt, checkAgainAt: nowSeconds + checkPauseSeconds, nowSeconds };
  const alive = { ...checked, expiresAt };
  if (!hasQuota) return (await ledger.concludeCheck(checked, pause)) ? expiringSoonOf(alive, false) : 'try-again';

  const renewed = { ...checked, expiresAt: nowSeconds + ttlSeconds };
  const lease = renewalLease(
    renewed,
    dataDigest(await linkIdSecret.value(), data),
    nowSeconds + settings.LEASE_SECONDS,
  );
  if (!(await ledger.leaseLink(address, lease.taken, version, nowSeconds))) return 'try-again';
  const ttl = `${Math.floor(ttlSeconds / 60)}m`;
  const sent = await api.update(address, { data: dataAsText(data), ttl, renewTtl });
  tally.answered(source, 'update', sent.meaning);
  switch (sent.meaning) {
    case 'ok':
      if (needsRenewal(renewed)) renewals.add(isoSeconds(renewed.expiresAt), isoSeconds(renewed.keepUntil ?? 0));
      // If the write fails, the next delivery judges by the new record.
      return (await ledger.concludeCheck(checked, { expiresAt: renewed.expiresAt, nowSeconds, lease }))
        ? renewedOf(renewed)
        : 'try-again';
    case 'permanent':
    case 'quota-spent':
      return (await ledger.concludeCheck(checked, { ...pause, lease }))
        ? expiringSoonOf(alive, sent.meaning === 'permanent')
        : 'try-again';
    case 'ambiguous':
      // The lease stays. The next delivery verifies with a GET whether the API applied the renewal.
      return 'try-again';
    default:
      if (lease.left === undefined) await ledger.releaseLink(address, lease.taken);
      return sent.meaning === 'account-blocked' ? 'account-blocked' : 'try-again';
  }
}

/**
 * The lease of a renewal. It has the request ID of the last applied change, so verifying a crashed renewal does not
 * alter the order of the link's changes. If a crashed change has left its lease, the renewal keeps that lease.
 */
function renewalLease(renewed: LinkRecord, digest: string, until: number): CheckLease {
  const { lease: left, applied, ttlSeconds, renewTtl, expiresAt, keepUntil } = renewed;
  if (left !== undefined && !isRenewal(left, renewed)) return { taken: { ...left, until }, left };
  const keep = keepUntil === undefined ? {} : { keepUntil };
  const intended = { dataDigest: digest, ttlSeconds, renewTtl, expiresAt, ...keep };
  return { taken: { action: 'update', ...applied, until, intended } };
}

/** Whether the lease is from a renewal (see above). */
export function isRenewal({ requestId }: Lease, { applied }: LinkRecord): boolean {
  return requestId === applied.requestId;
}
