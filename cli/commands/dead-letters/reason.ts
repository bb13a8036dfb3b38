import type { Command } from '../../../lambdas/domain/contract/command.ts';
import type { QrJob } from '../../../lambdas/domain/contract/qr-job.ts';
import { isLater, type LinkRecord, type RequestRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { Removal } from '../../../lambdas/domain/link/removal.ts';

/** Why a message may have become a dead letter, by what is known now, and what a redrive would do. */
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
  words: 'the ledger does not show why: read the worker’s log; a redrive tries it again',
};

export const unreadable: Reason = { reason: 'unreadable', words: 'is not JSON: a redrive rejects it' };

/** For a message of the QR queue that the link worker did not write. */
export const noQrJob: Reason = {
  reason: 'unreadable',
  words: 'is not a QR job, and a redrive cannot fix it: purge it',
};

/** For a message of the expiry queue that the expiry intake did not write. */
export const noExpiredLink: Reason = {
  reason: 'unreadable',
  words: 'is not the record of a link, and a redrive cannot fix it: purge it',
};

export function invalid(rules: readonly string[]): Reason {
  return { reason: 'invalid', words: `breaks rules (${[...new Set(rules)].join(', ')}): a redrive rejects it` };
}

/** The ledger's records for a command or a job. */
export interface Known {
  request: RequestRecord | undefined;
  /** The link of the command. For a create without a chosen ID, this is the link under the derived ID. */
  link: LinkRecord | undefined;
  nowMilliseconds: number;
}

/** @param digest of the command; undefined if the secret that keys it could not be read */
export function reasonOfCommand(
  command: Command,
  digest: string | undefined,
  { request, link, nowMilliseconds }: Known,
): Reason {
  const answered = request && answeredBy(request, digest);
  if (answered !== undefined) return answered;
  if (command.action === 'create' && link !== undefined && isBy(command, link) && link.state === 'live') {
    return {
      reason: 'link-made',
      words: 'its link exists, its outcome is not recorded: a redrive publishes it, at no cost',
    };
  }
  if (command.validUntil !== undefined && Date.parse(command.validUntil) < nowMilliseconds) {
    return { reason: 'stale', words: 'validUntil has passed: a redrive ends it as stale' };
  }
  if (command.action === 'create') {
    const taken = link !== undefined && link.state === 'live' && link.expiresAt * 1000 > nowMilliseconds;
    if (!taken) return unknown;
    return {
      reason: 'link-taken',
      words: 'its chosen ID belongs to another link: a redrive ends it as conflict, or derives an ID',
    };
  }
  if (link === undefined) return { reason: 'link-unknown', words: 'the ledger does not have its link' };
  if (link.source !== command.source) return notOwner;
  if (command.action === 'qr') return link.state === 'deleted' ? linkDeleted : unknown;
  if (link.applied.requestId === command.requestId) {
    return { reason: 'change-applied', words: 'it was applied, its outcome is not recorded: a redrive publishes it' };
  }
  if (!isLater(command, link.applied)) {
    return { reason: 'superseded', words: 'a later change was applied: a redrive ends it as superseded' };
  }
  if (link.state === 'deleted') return linkDeleted;
  if (link.lease?.requestId === command.requestId) {
    return {
      reason: 'change-unsettled',
      words: 'it may have been applied: a redrive verifies that with a GET, which is free',
    };
  }
  return unknown;
}

export function reasonOfQrJob(job: QrJob, { request, link }: Known): Reason {
  // A create's record has the outcome of the link. Only the record of a qr command has the outcome of the image.
  const answered = job.action === 'qr' && request ? answeredBy(request, job.commandDigest) : undefined;
  if (answered !== undefined) return answered;
  if (link === undefined) {
    return { reason: 'link-unknown', words: 'the ledger does not have its link: a redrive ends it as qr-failed' };
  }
  if (link.state === 'deleted') return linkDeleted;
  if (link.qrKey !== undefined) {
    return {
      reason: 'image-stored',
      words: 'an image of the link is stored: a redrive fetches it again, and publishes the outcome',
    };
  }
  return unknown;
}

/** @param link what the ledger has at the address now */
export function reasonOfExpired({ token }: Removal, link: LinkRecord | undefined): Reason {
  if (link === undefined) return unknown;
  if (link.expiryCheck?.token === token) {
    return { reason: 'expiry-unchecked', words: 'its expiry has not been checked: a redrive checks it' };
  }
  return { reason: 'link-back', words: 'the ledger has a link at its address again: a redrive changes nothing' };
}

const notOwner: Reason = { reason: 'not-owner', words: 'the link belongs to another source: a redrive rejects it' };
const linkDeleted: Reason = { reason: 'link-deleted', words: 'the link was deleted: a redrive reports that' };

function answeredBy({ commandDigest, outcome }: RequestRecord, digest: string | undefined): Reason {
  if (digest !== undefined && digest !== commandDigest) {
    return {
      reason: 'request-id-reused',
      words: 'another command has an outcome under its requestId: a redrive rejects it',
    };
  }
  return { reason: 'answered', words: `has its outcome (${outcome.outcome}): a redrive publishes it again` };
}

function isBy({ source, requestId }: Command, link: LinkRecord): boolean {
  return link.source === source && link.requestId === requestId;
}
