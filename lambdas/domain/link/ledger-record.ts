import { leastTtlToKeepSeconds } from '../contract/command.ts';
import type { Decision, Outcome } from '../contract/outcome.ts';
import type { LinkAddress } from './link-id.ts';

/** What the ledger knows of one link. Under 1 KB unless its whole data is kept, so that a write costs one unit. */
export interface LinkRecord {
  address: LinkAddress;
  /** The producer that made it, the only one that may change it. */
  source: string;
  /** The create that made it. */
  requestId: string;
  state: 'live' | 'deleted';
  shortUrl: string;
  pid: string;
  campaign?: string;
  dataDigest: string;
  /** Only when the configuration says so: a GET of the data is free. */
  data?: Record<string, string>;
  ttlSeconds: number;
  renewTtl: boolean;
  /** 1 when created, and one more with each change. */
  version: number;
  /** The change that was applied last, ordered by these two. */
  applied: { requestedAt: string; requestId: string };
  /** A change under way, or one that did not come to its end. */
  lease?: Lease;
  /** Where its QR image lies, once there is one. */
  qrKey?: string;
  /** Epoch seconds. The link's expiry as last known, or a deleted link's end of remembrance. */
  expiresAt: number;
  /** Epoch seconds. The pipeline renews the link, whether or not anybody clicks it, until then. */
  keepUntil?: number;
  /** Epoch seconds: when to look at the link again, where that is neither its expiry nor the usual time before it. */
  lookAgainAt?: number;
  /** DynamoDB's TTL has removed the record; it was put back until the API has said whether the link is over. */
  expiryCheck?: ExpiryCheck;
}

/** The mark of a record whose expiry is being checked. Every other change of the record takes it off. */
export interface ExpiryCheck {
  /** Of the removal that asked for the check. Only the check of that removal may write what it finds. */
  token: string;
  /** Epoch seconds: when the TTL removes the record again, if the check is lost. */
  lostAt: number;
}

/**
 * A link that is kept (`keepUntil`) is looked at so many seconds before it would expire, a week: DynamoDB deletes an expired item
 * within a few days, and a renewal that has to wait for quota is tried again every day. With a shorter life than is asked for, half of
 * it: a link that was to be renewed as soon as it was renewed would spend quota without end.
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

/** When DynamoDB's TTL is to delete the record, and so bring it before the expiry worker. Epoch seconds. */
export function wakeAt(
  record: Pick<LinkRecord, 'state' | 'keepUntil' | 'expiresAt' | 'ttlSeconds' | 'lookAgainAt' | 'expiryCheck'>,
): number {
  // Later than the expiry: until then the check is in its queue.
  if (record.expiryCheck !== undefined) return record.expiryCheck.lostAt;
  if (record.lookAgainAt !== undefined) return Math.min(record.lookAgainAt, record.expiresAt);
  return needsRenewal(record) ? record.expiresAt - Math.floor(renewalLeadSeconds(record)) : record.expiresAt;
}

/**
 * Taken before a change is sent, by a conditional write: until it ends, nobody else touches the link. It outlasts the
 * invocation that took it, and says what was intended, so that whoever comes after a crash can tell by a free GET
 * whether it happened.
 */
export interface Lease {
  action: 'update' | 'delete';
  requestId: string;
  requestedAt: string;
  /** Epoch seconds. */
  until: number;
  /** Of this one attempt: a write that is repeated, since its answer was lost, knows itself by it. Older records have none. */
  token?: string;
  intended?: IntendedLink;
}

/** What an update means to leave behind. */
export interface IntendedLink {
  dataDigest: string;
  ttlSeconds: number;
  renewTtl: boolean;
  /** Epoch seconds. */
  expiresAt: number;
  keepUntil?: number;
  /** Only when the update names a brand domain. */
  shortUrl?: string;
}

/**
 * Taken before a link is made under an ID that its producer chose, by a conditional write beside the link's record: until it
 * ends, no other create sends a POST for that address. It stays for the horizon, so that whoever finds a link without a record
 * knows whose create is on its way.
 */
export interface Claim {
  source: string;
  requestId: string;
  /** Epoch seconds. 0: its create has ended without a link. */
  until: number;
  /** Of this one attempt. */
  token: string;
  /** Epoch seconds; DynamoDB's TTL. */
  expiresAt: number;
}

/** The lease that the check of a link's expiry has taken for a renewal. */
export interface CheckLease {
  taken: Lease;
  /** The one that it had found, left behind by a change whose end nobody has seen: it goes back. */
  left?: Lease;
}

/** What was answered to a request, so that a repeat is answered in the same words. */
export interface RequestRecord {
  source: string;
  requestId: string;
  /** Of the command, to tell a repeat from another command under the same `requestId`. */
  commandDigest: string;
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

/** Whether the first change comes after the second, in the order in which changes of one link apply. */
export function isLater(
  change: { requestedAt: string; requestId: string },
  other: { requestedAt: string; requestId: string },
): boolean {
  const difference = Date.parse(change.requestedAt) - Date.parse(other.requestedAt);
  return difference === 0 ? change.requestId > other.requestId : difference > 0;
}
