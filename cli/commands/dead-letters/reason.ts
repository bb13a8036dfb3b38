import type { Command } from '../../../lambdas/domain/contract/command.ts';
import type { QrJob } from '../../../lambdas/domain/contract/qr-job.ts';
import { isLater, type LinkRecord, type RequestRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { Removal } from '../../../lambdas/domain/link/removal.ts';

const usualWords = {
  unreadable: 'is not JSON: a redrive rejects it',
  'request-id-reused': 'another command has an outcome under its requestId: a redrive rejects it',
  stale: 'validUntil has passed: a redrive ends it as stale',
  'link-made': 'its link exists, its outcome is not recorded: a redrive publishes it, at no cost',
  'link-taken': 'its chosen ID belongs to another link: a redrive ends it as conflict, or derives an ID',
  'change-applied': 'it was applied, its outcome is not recorded: a redrive publishes it',
  'change-unsettled': 'it may have been applied: a redrive verifies that with a GET, which is free',
  superseded: 'a later change was applied: a redrive ends it as superseded',
  'link-unknown': 'the ledger does not have its link',
  'link-deleted': 'the link was deleted: a redrive reports that',
  'not-owner': 'the link belongs to another source: a redrive rejects it',
  'image-stored': 'an image of the link is stored: a redrive fetches it again, and publishes the outcome',
  'link-back': 'the ledger has a link at its address again: a redrive changes nothing',
  'expiry-unchecked': 'its expiry has not been checked: a redrive checks it',
  unknown: 'the ledger does not show why: read the worker’s log; a redrive tries it again',
} as const;
type Usual = keyof typeof usualWords;

/** Why a message may have become a dead letter, by what is known now, and what a redrive would do. */
export interface Reason {
  reason: Usual | 'invalid' | 'answered';
  words: string;
}

export const reasonFor = (reason: Usual, words: string = usualWords[reason]): Reason => ({ reason, words });

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
  const isLive = link?.state === 'live';
  if (command.action === 'create' && isLive && isBy(command, link)) return reasonFor('link-made');
  if (command.validUntil !== undefined && Date.parse(command.validUntil) < nowMilliseconds) return reasonFor('stale');
  if (command.action === 'create') {
    return reasonFor(isLive && link.expiresAt * 1000 > nowMilliseconds ? 'link-taken' : 'unknown');
  }
  if (link === undefined) return reasonFor('link-unknown');
  if (link.source !== command.source) return reasonFor('not-owner');
  if (command.action === 'qr') return reasonFor(link.state === 'deleted' ? 'link-deleted' : 'unknown');
  if (link.applied.requestId === command.requestId) return reasonFor('change-applied');
  if (!isLater(command, link.applied)) return reasonFor('superseded');
  if (link.state === 'deleted') return reasonFor('link-deleted');
  return reasonFor(link.lease?.requestId === command.requestId ? 'change-unsettled' : 'unknown');
}

export function reasonOfQrJob(job: QrJob, { request, link }: Known): Reason {
  // A create's record has the outcome of the link. Only the record of a qr command has the outcome of the image.
  const answered = job.action === 'qr' && request ? answeredBy(request, job.commandDigest) : undefined;
  if (answered !== undefined) return answered;
  if (link === undefined) {
    return reasonFor('link-unknown', `${usualWords['link-unknown']}: a redrive ends it as qr-failed`);
  }
  if (link.state === 'deleted') return reasonFor('link-deleted');
  return reasonFor(link.qrKey === undefined ? 'unknown' : 'image-stored');
}

/** @param link what the ledger has at the address now */
export function reasonOfExpired({ token }: Removal, link: LinkRecord | undefined): Reason {
  if (link === undefined) return reasonFor('unknown');
  return reasonFor(link.expiryCheck?.token === token ? 'expiry-unchecked' : 'link-back');
}

function answeredBy({ commandDigest, outcome }: RequestRecord, digest: string | undefined): Reason {
  if (digest !== undefined && digest !== commandDigest) return reasonFor('request-id-reused');
  return { reason: 'answered', words: `has its outcome (${outcome.outcome}): a redrive publishes it again` };
}

function isBy({ source, requestId }: Command, link: LinkRecord): boolean {
  return link.source === source && link.requestId === requestId;
}
