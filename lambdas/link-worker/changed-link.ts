import { randomUUID } from 'node:crypto';
import { leastTtlToKeepSeconds } from '../domain/contract/command.ts';
import { dataAsText } from '../domain/contract/link-data.ts';
import { ttlSeconds } from '../domain/contract/ttl.ts';
import { dataDigest } from '../domain/link/digest.ts';
import type { IntendedLink, Lease, LinkRecord } from '../domain/link/ledger-record.ts';
import { linkOf, rememberedUntil, tombstone, withoutMarks } from '../domain/link/link-state.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import type { Answer } from './answer.ts';
import type { Change } from './attempt.ts';

/** The lease of a change, with what it means to leave behind. */
export function leaseFor({ command, record, secret, settings, nowSeconds }: Change): Lease {
  const { action, requestId, requestedAt } = command;
  const until = nowSeconds + settings.LEASE_SECONDS;
  const lease: Lease = { action, requestId, requestedAt, until, token: randomUUID() };
  if (command.action === 'delete') return lease;
  // An update with a TTL replaces it and starts it anew. Without one, a link that renews itself starts its own TTL anew, as
  // any update or click does, and one that does not keeps its expiry.
  const given = command.ttl === undefined ? undefined : ttlSeconds(command.ttl, settings.MAX_TTL_DAYS);
  const ttl = given ?? record.ttlSeconds;
  const renewTtl = command.renewTtl ?? record.renewTtl;
  const expiresAt = given !== undefined || renewTtl ? nowSeconds + ttl : record.expiresAt;
  // Without a word about it, a link that is kept stays so.
  const keepUntil =
    command.keepUntil === undefined ? record.keepUntil : Math.floor(Date.parse(command.keepUntil) / 1000);
  const { onelinkId, shortlinkId } = record.address;
  const intended: IntendedLink = {
    dataDigest: dataDigest(secret, command.data),
    ttlSeconds: ttl,
    renewTtl,
    expiresAt,
    ...(keepUntil !== undefined && { keepUntil }),
    ...(command.brandDomain !== undefined && {
      shortUrl: `https://${command.brandDomain}/${onelinkId}/${shortlinkId}`,
    }),
  };
  return { ...lease, intended };
}

/** What the command leaves out stays as the link has it: only both together tell whether the link can be kept so. */
export function isTooShortToKeep({ intended }: Lease): boolean {
  if (intended?.keepUntil === undefined) return false;
  return intended.keepUntil > intended.expiresAt && intended.ttlSeconds < leastTtlToKeepSeconds;
}

/** Whether an update changes what no GET shows: who renews the link, and the domain of its URL. */
export function isHidden({ renewTtl, shortUrl }: IntendedLink, record: LinkRecord): boolean {
  return renewTtl !== record.renewTtl || (shortUrl ?? record.shortUrl) !== record.shortUrl;
}

/** The record after an update. */
export function updated({ record, settings }: Change, by: Lease, held: LinkAtApi): LinkRecord {
  const { data: _, campaign: __, ...kept } = withoutMarks(record);
  const data = dataAsText(held.data);
  return {
    ...kept,
    pid: data.pid ?? '',
    ...(data.c !== undefined && { campaign: data.c }),
    ...(settings.KEEP_DATA === 'full' && { data }),
    ...by.intended,
    expiresAt: held.expiresAt,
    version: record.version + 1,
    applied: { requestedAt: by.requestedAt, requestId: by.requestId },
  };
}

/** The record after a delete. */
export function deleted({ record, settings, nowSeconds }: Change, by: LinkRecord['applied']): LinkRecord {
  return tombstone(record, by, rememberedUntil(nowSeconds, settings.DEDUPLICATION_WINDOW_DAYS));
}

/**
 * Puts the record in the place of the one that was read, unless somebody has changed the link since.
 *
 * @param held this invocation's own lease; without it, none must run
 */
export async function write({ record, ports, nowSeconds }: Change, next: LinkRecord, held?: Lease): Promise<boolean> {
  const lease = held === undefined ? {} : { leaseOf: held.requestId };
  const written = await ports.ledger.replaceLink(next, { version: record.version, nowSeconds, ...lease });
  // After the record: an image that arrives later finds the link deleted, and does not stay (qr-worker.ts).
  if (written && next.state === 'deleted') await ports.qrImages.remove(next.address);
  return written;
}

export function done(record: LinkRecord): Answer {
  if (record.state === 'live') return { outcome: 'updated', link: linkOf(record) };
  return { outcome: 'deleted', link: { ...record.address, version: record.version } };
}
