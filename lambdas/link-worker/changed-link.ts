import { randomUUID } from 'node:crypto';
import { leastTtlToKeepSeconds } from '../domain/contract/command.ts';
import { dataAsText } from '../domain/contract/link-data.ts';
import { ttlSeconds } from '../domain/contract/ttl.ts';
import { dataDigest, subjectOf } from '../domain/link/digest.ts';
import type { IntendedLink, Lease, LinkRecord } from '../domain/link/ledger-record.ts';
import { linkOf, rememberedUntil, tombstone, withoutMarks } from '../domain/link/link-state.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import type { Answer } from './answer.ts';
import type { Change } from './attempt.ts';

/** The lease of a change, with its intended state. */
export function leaseFor({ command, record, secret, settings, nowSeconds, migrates }: Change): Lease {
  const { action, requestId, requestedAt } = command;
  const until = nowSeconds + settings.LEASE_SECONDS;
  const lease: Lease = { action, requestId, requestedAt, until, token: randomUUID() };
  if (command.action === 'delete') return lease;
  // An update with a TTL replaces the link's TTL and restarts it. An update without a TTL restarts a renewing link's
  // TTL, as a click does, and keeps the expiry of any other link.
  const given = command.ttl === undefined ? undefined : ttlSeconds(command.ttl, settings.MAX_TTL_DAYS);
  const ttl = given ?? record.ttlSeconds;
  const renewTtl = command.renewTtl ?? record.renewTtl;
  const expiresAt = given !== undefined || renewTtl ? nowSeconds + ttl : record.expiresAt;
  // An update without `keepUntil` does not change it.
  const keepUntil =
    command.keepUntil === undefined ? record.keepUntil : Math.floor(Date.parse(command.keepUntil) / 1000);
  const { onelinkId, shortlinkId } = record.address;
  const intended: IntendedLink = {
    dataDigest: dataDigest(secret, command.data),
    ttlSeconds: ttl,
    renewTtl,
    expiresAt,
    ...(keepUntil !== undefined && { keepUntil }),
    ...subjectOf(secret, command),
    ...(migrates && { migrates }),
    ...(command.brandDomain !== undefined && {
      shortUrl: `https://${command.brandDomain}/${onelinkId}/${shortlinkId}`,
    }),
  };
  return { ...lease, intended };
}

/** Whether the TTL is too short for `keepUntil`. The link supplies the fields that the command omits. */
export function isTooShortToKeep({ intended }: Lease): boolean {
  if (intended?.keepUntil === undefined) return false;
  return intended.keepUntil > intended.expiresAt && intended.ttlSeconds < leastTtlToKeepSeconds;
}

/** Whether an update changes a field that no GET shows: `renewTtl`, or the domain of the URL. */
function isHidden({ renewTtl, shortUrl }: IntendedLink, record: LinkRecord): boolean {
  return renewTtl !== record.renewTtl || (shortUrl ?? record.shortUrl) !== record.shortUrl;
}

/** Whether a GET that shows the intended data may leave open if the update was applied. */
export function isUnprovable(intended: IntendedLink, record: LinkRecord): boolean {
  return intended.migrates === true || isHidden(intended, record);
}

/** The record after an update. */
export function updated({ record, settings }: Change, by: Lease, held: LinkAtApi): LinkRecord {
  const { data: _, campaign: __, ...kept } = withoutMarks(record);
  const data = dataAsText(held.data);
  const { migrates: ___, ...intended } = by.intended ?? {};
  return {
    ...kept,
    pid: data.pid ?? '',
    ...(data.c !== undefined && { campaign: data.c }),
    ...(settings.KEEP_DATA === 'full' && { data }),
    ...intended,
    ...(held.expiresAt !== undefined && { expiresAt: held.expiresAt }),
    version: record.version + 1,
    applied: { requestedAt: by.requestedAt, requestId: by.requestId },
  };
}

/** The record after a delete. */
export function deleted({ record, settings, nowSeconds }: Change, by: LinkRecord['applied']): LinkRecord {
  return tombstone(record, by, rememberedUntil(nowSeconds, settings.DEDUPLICATION_WINDOW_DAYS));
}

/**
 * Replaces the record, unless another change has written it since it was read.
 *
 * @param held this invocation's own lease; if omitted, no lease may run
 */
export async function write({ record, ports, nowSeconds }: Change, next: LinkRecord, held?: Lease): Promise<boolean> {
  const lease = held === undefined ? {} : { leaseOf: held.requestId };
  const written = await ports.ledger.replaceLink(next, { version: record.version, nowSeconds, ...lease });
  // The image goes after the record. So the QR worker finds the link deleted, and does not keep a later image
  // (qr-worker.ts).
  if (written && next.state === 'deleted') await ports.qrImages.remove(next);
  return written;
}

export function done(record: LinkRecord): Answer {
  if (record.state === 'live') return { outcome: 'updated', link: linkOf(record) };
  return { outcome: 'deleted', link: { ...record.address, version: record.version } };
}
