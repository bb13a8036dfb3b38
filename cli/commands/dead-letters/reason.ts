import type { Command } from '../../../lambdas/domain/contract/command.ts';
import type { QrJob } from '../../../lambdas/domain/contract/qr-job.ts';
import { isLater, type LinkRecord, type RequestRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { Removal } from '../../../lambdas/domain/link/removal.ts';

/** Why a message may have become a dead letter, as far as it can be told now; and what a redrive would do. */
export interface Reason {
  reason:
    | 'unreadable'
    | 'invalid'
    | 'answered'
    | 'request-id-reused'
    | 'stale'
    | 'link-made'
    | 'link-taken'
    | 'change-applied'
    | 'change-unsettled'
    | 'superseded'
    | 'link-unknown'
    | 'link-deleted'
    | 'not-owner'
    | 'image-stored'
    | 'link-back'
    | 'expiry-unchecked'
    | 'unknown';
  words: string;
}

const unknown: Reason = {
  reason: 'unknown',
  words: 'nothing in the ledger tells why: see the worker’s log; a redrive tries it again',
};

export const unreadable: Reason = { reason: 'unreadable', words: 'is not JSON: a redrive rejects it' };

/** A message of the QR queue that the link worker did not write. */
export const noQrJob: Reason = {
  reason: 'unreadable',
  words: 'is no QR job, and will be none after a redrive: purge it',
};

/** A message of the expiry queue that the expiry intake did not write. */
export const noExpiredLink: Reason = {
  reason: 'unreadable',
  words: 'is no record of a link, and will be none after a redrive: purge it',
};

export function invalid(rules: readonly string[]): Reason {
  return { reason: 'invalid', words: `breaks rules (${[...new Set(rules)].join(', ')}): a redrive rejects it` };
}

/** What the ledger says about a command or a job. */
export interface Known {
  request: RequestRecord | undefined;
  /** Of the link that it speaks of; for a create without an ID of its own, of the one derived for it. */
  link: LinkRecord | undefined;
  nowMilliseconds: number;
}

/** @param digest of the command; undefined when the secret that keys it could not be read */
export function reasonOfCommand(
  command: Command,
  digest: string | undefined,
  { request, link, nowMilliseconds }: Known,
): Reason {
  const answered = request && answeredBy(request, digest);
  if (answered !== undefined) return answered;
  if (command.action === 'create' && link !== undefined && isBy(command, link) && link.state === 'live') {
    return { reason: 'link-made', words: 'its link is there, its outcome is not: a redrive tells it, at no cost' };
  }
  if (command.validUntil !== undefined && Date.parse(command.validUntil) < nowMilliseconds) {
    return { reason: 'stale', words: 'validUntil has passed: a redrive answers it stale' };
  }
  if (command.action === 'create') {
    const taken = link !== undefined && link.state === 'live' && link.expiresAt * 1000 > nowMilliseconds;
    if (!taken) return unknown;
    return {
      reason: 'link-taken',
      words: 'its chosen ID is another link’s: a redrive answers conflict, or derives an ID',
    };
  }
  if (link === undefined) return { reason: 'link-unknown', words: 'the ledger has no such link (any more)' };
  if (link.source !== command.source) return notOwner;
  if (command.action === 'qr') return link.state === 'deleted' ? linkDeleted : unknown;
  if (link.applied.requestId === command.requestId) {
    return { reason: 'change-applied', words: 'it was applied, its outcome is not on record: a redrive tells it' };
  }
  if (!isLater(command, link.applied)) {
    return { reason: 'superseded', words: 'a later change was applied: a redrive answers superseded' };
  }
  if (link.state === 'deleted') return linkDeleted;
  if (link.lease?.requestId === command.requestId) {
    return {
      reason: 'change-unsettled',
      words: 'nobody knows whether it was applied: a redrive finds out by a free look',
    };
  }
  return unknown;
}

export function reasonOfQrJob(job: QrJob, { request, link }: Known): Reason {
  // A create's record has the link's outcome; only a qr command's own one answers for the image.
  const answered = job.action === 'qr' && request ? answeredBy(request, job.commandDigest) : undefined;
  if (answered !== undefined) return answered;
  if (link === undefined) {
    return { reason: 'link-unknown', words: 'the ledger has no such link (any more): a redrive answers qr-failed' };
  }
  if (link.state === 'deleted') return linkDeleted;
  if (link.qrKey !== undefined) {
    return { reason: 'image-stored', words: 'an image of the link is there; a redrive fetches it again, and tells it' };
  }
  return unknown;
}

/** @param link what the ledger has at the address now */
export function reasonOfExpired({ token }: Removal, link: LinkRecord | undefined): Reason {
  if (link === undefined) return unknown;
  if (link.expiryCheck?.token === token) {
    return { reason: 'expiry-unchecked', words: 'its expiry is still to be checked: a redrive checks it' };
  }
  return { reason: 'link-back', words: 'the ledger has a link there again: a redrive changes nothing about that' };
}

const notOwner: Reason = { reason: 'not-owner', words: 'the link is another source’s: a redrive rejects it' };
const linkDeleted: Reason = { reason: 'link-deleted', words: 'the link was deleted: a redrive answers that' };

function answeredBy({ commandDigest, outcome }: RequestRecord, digest: string | undefined): Reason {
  if (digest !== undefined && digest !== commandDigest) {
    return {
      reason: 'request-id-reused',
      words: 'another command was answered under its requestId: a redrive rejects it',
    };
  }
  return { reason: 'answered', words: `was answered (${outcome.outcome}): a redrive tells the same again` };
}

function isBy({ source, requestId }: Command, link: LinkRecord): boolean {
  return link.source === source && link.requestId === requestId;
}
