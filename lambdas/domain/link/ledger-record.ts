import { leastTtlToKeepSeconds } from '../contract/command.ts';
import type { Decision, Outcome } from '../contract/outcome.ts';
import type { LinkAddress } from './link-id.ts';

/** The ledger's record of one link. It is under 1 KB without the link's whole data, so a write costs one unit. */
export interface LinkRecord {
  address: LinkAddress;
  /** The producer that made the link or took it over. Only this producer may change it. */
  source: string;
  /** The command that made it (create) or took it over (adopt, migrate). */
  requestId: string;
  /** The link existed before that command, which took it over. In the tombstone of an unknown link: and has given it up again. */
  takenOver?: true;
  state: 'live' | 'deleted';
  shortUrl: string;
  pid: string;
  campaign?: string;
  /** The digest of the subject of the create, or of the last update that names one (digest.ts). */
  subject?: string;
  /** Everything of its subject was erased. Only what keeps the address from others is left. */
  erased?: true;
  dataDigest: string;
  /** Only if the configuration requires it, because a GET of the data is free. */
  data?: Record<string, string>;
  ttlSeconds: number;
  renewTtl: boolean;
  /** 1 at the create. Grows by one with each change. */
  version: number;
  /**
   * The last applied change. Changes are ordered by these two fields. Without a request ID, a migration has recorded the link and
   * not yet changed it.
   */
  applied: { requestedAt: string; requestId: string };
  /** The lease of a change under way, or of one that crashed. */
  lease?: Lease;
  /** The key of its QR image, if there is one. */
  qrKey?: string;
  /** Why it has no QR image. A record with an image has none. */
  qrFailure?: QrFailure;
  /** Epoch seconds. The link's expiry as last known, or the end of a deleted link's tombstone. */
  expiresAt: number;
  /** Epoch seconds. The pipeline renews the link until then, even without clicks. */
  keepUntil?: number;
  /** Epoch seconds of the next check, if that is neither the expiry nor the usual time before it. */
  checkAgainAt?: number;
  /** DynamoDB's TTL has removed the record. The intake has restored it until the expiry worker has checked the link. */
  expiryCheck?: ExpiryCheck;
}

/** A request for the QR code of a link that ended without an image. */
export interface QrFailure {
  /** The create or the `qr` command that asked for the code. */
  requestId: string;
  /** The reason of its outcome `qr-failed`. */
  reason: QrFailureReason;
}

export type QrFailureReason = 'refused-by-api' | 'link-not-found' | 'link-deleted' | 'api-unavailable';

/** The mark of a record under an expiry check. Every other change of the record removes it. */
export interface ExpiryCheck {
  /** The ID of the removal that started the check. Only the check of that removal may write its result. */
  token: string;
  /** Epoch seconds at which the TTL removes the record again, if the check is lost. */
  lostAt: number;
}

/**
 * A kept link (`keepUntil`) is checked this many seconds before it expires: a week. DynamoDB deletes an expired item
 * within a few days, and a renewal that waits for quota is tried again every day. For a link with a shorter TTL, it is
 * half of the TTL. Otherwise each renewal would cause the next one at once and spend quota without end.
 */
export function renewalLeadSeconds({ ttlSeconds }: Pick<LinkRecord, 'ttlSeconds'>): number {
  return Math.min(leastTtlToKeepSeconds, ttlSeconds) / 2;
}

/** Whether the pipeline has to renew the link before it expires. */
export function needsRenewal({
  state,
  keepUntil,
  expiresAt,
}: Pick<LinkRecord, 'state' | 'keepUntil' | 'expiresAt'>): boolean {
  return state === 'live' && keepUntil !== undefined && keepUntil > expiresAt;
}

/** A check plans the link's next one at least this long ahead: a day. */
export const checkPauseSeconds = 86_400;

/** When DynamoDB's TTL deletes the record, which starts its expiry check. Epoch seconds. */
export function wakeAt(
  record: Pick<LinkRecord, 'state' | 'keepUntil' | 'expiresAt' | 'ttlSeconds' | 'checkAgainAt' | 'expiryCheck'>,
): number {
  // Later than the expiry, because the check is in its queue until then.
  if (record.expiryCheck !== undefined) return record.expiryCheck.lostAt;
  if (record.checkAgainAt !== undefined) {
    // Only if the API reports no expiry may a link live on after the recorded one.
    const hadEnded = record.expiresAt <= record.checkAgainAt - checkPauseSeconds;
    return hadEnded ? record.checkAgainAt : Math.min(record.checkAgainAt, record.expiresAt);
  }
  return needsRenewal(record) ? record.expiresAt - Math.floor(renewalLeadSeconds(record)) : record.expiresAt;
}

/**
 * A change takes a lease by a conditional write before it is sent. Until the lease ends, no other change touches the
 * link. The lease outlasts its invocation and holds the intended state. So after a crash, the next change can verify
 * with a GET, which is free, whether the API applied the first one.
 */
export interface Lease {
  action: 'update' | 'delete';
  requestId: string;
  requestedAt: string;
  /** Epoch seconds. */
  until: number;
  /** Identifies this attempt, so a write recognises its own repeat after a lost answer. Older records have none. */
  token?: string;
  intended?: IntendedLink;
}

/** The state of the link that an update intends. */
export interface IntendedLink {
  dataDigest: string;
  ttlSeconds: number;
  renewTtl: boolean;
  /** Epoch seconds. */
  expiresAt: number;
  keepUntil?: number;
  /** Only if the update names a subject: its digest. */
  subject?: string;
  /** Only if the update names a brand domain. */
  shortUrl?: string;
  /** The update moves the link to another version of the API, which no GET shows. */
  migrates?: true;
}

/**
 * A create under a chosen ID takes a claim before its POST, by a conditional write beside the link's record. Until the
 * claim ends, no other create sends a POST for that address. The claim stays for the deduplication window. So a command
 * that finds a link without a record knows which create is under way.
 */
export interface Claim {
  source: string;
  requestId: string;
  /** Epoch seconds. 0: its create has ended without a link. */
  until: number;
  /** Identifies this attempt. */
  token: string;
  /** Epoch seconds; DynamoDB's TTL. */
  expiresAt: number;
}

/** The lease that an expiry check takes for a renewal. */
export interface CheckLease {
  taken: Lease;
  /** The lease of a crashed change that the check has found. The check restores it. */
  left?: Lease;
}

/** The recorded outcome of a request, which also answers its repeats. */
export interface RequestRecord {
  source: string;
  requestId: string;
  /** Distinguishes a repeat from another command under the same `requestId`. */
  commandDigest: string;
  /** The digest of the command's subject (digest.ts). */
  subject?: string;
  outcome: Outcome;
  /** Epoch seconds; DynamoDB's TTL. */
  expiresAt: number;
}

/** The decision about a command that carries the `requestId` of another command. */
export const requestIdReused: Decision = {
  outcome: 'rejected',
  reason: 'request-id-reused',
  faults: [{ path: 'requestId', rule: 'unique', message: 'was used for another command before' }],
};

/** The recorded outcome, as it answers a copy of its request. */
export function answerTo({ messageId }: { messageId: string }, { outcome }: RequestRecord): Outcome {
  return { ...outcome, messageId, repeat: outcome.messageId !== messageId };
}

/** Whether the first change comes after the second, in the order of one link's changes. */
export function isLater(
  change: { requestedAt: string; requestId: string },
  other: { requestedAt: string; requestId: string },
): boolean {
  const difference = Date.parse(change.requestedAt) - Date.parse(other.requestedAt);
  return difference === 0 ? change.requestId > other.requestId : difference > 0;
}
