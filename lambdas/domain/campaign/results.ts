import type { Fault } from '../contract/fault.ts';
import type { Outcome, OutcomeKind } from '../contract/outcome.ts';
import { type LinkRecord, type RequestRecord, requestIdReused } from '../link/ledger-record.ts';
import { isoSeconds } from '../work/clock.ts';
import type { CheckedRow, RowResult, RowStatus } from './row.ts';

const statuses: Readonly<Record<OutcomeKind, RowStatus | undefined>> = {
  created: 'created',
  updated: 'updated',
  'qr-ready': 'updated',
  deleted: 'deleted',
  adopted: 'adopted',
  migrated: 'migrated',
  conflict: 'rejected',
  rejected: 'rejected',
  stale: 'failed',
  superseded: 'failed',
  'qr-failed': 'failed',
  parked: undefined,
  // Outcomes of links and campaigns, which no request has, and of reads, which no row asks for.
  found: undefined,
  'not-found': undefined,
  expired: undefined,
  renewed: undefined,
  'expiring-soon': undefined,
  'campaign-finished': undefined,
};

/** The status of a row that was sent, by its recorded outcome. A parked command has none yet. */
export const statusOf = (outcome: OutcomeKind): RowStatus | undefined => statuses[outcome];

/** What is known of a row that was checked. */
export interface KnownOfRow {
  /** The record of the row's `requestId`. */
  request?: RequestRecord | undefined;
  /** The record of the link that the outcome names, or of the row's link if it is unchanged. Always read if `needsRecord`. */
  link?: LinkRecord | undefined;
  /** The digest of the row's command. If the record's differs, another command had the request ID. */
  commandDigest?: string | undefined;
  /** The row was sent as often as a row is sent, and has no answer. */
  unanswered?: boolean;
  /** Its image is so late that it counts as failed. */
  qrOverdue?: boolean;
}

type SentRow = Extract<CheckedRow, { check: 'send' }>;

/**
 * Whether the result of a sent row needs its link's record, whatever its outcome. The link of an update may have an image, and
 * the outcome of a code that is made alone has no short URL.
 */
export const needsRecord = ({ command: { action } }: SentRow): boolean => action === 'update' || action === 'qr';

/** What became of a row, as far as it is known. */
export function rowResult(row: CheckedRow, known: KnownOfRow = {}): RowResult {
  const { row: number, line, cells, key } = row;
  const place = { row: number, line, cells, ...(key !== undefined && { key }) };
  if (row.check === 'rejected') {
    const [{ rule } = { rule: '' }] = row.faults;
    const reason = reasonsOfCheck.has(rule) ? rule : 'invalid-row';
    const asked = row.requestId === undefined ? {} : { requestId: row.requestId };
    return { ...place, ...asked, status: 'rejected', reason, faults: row.faults };
  }
  const asked = { ...place, requestId: row.requestId };
  if (row.check === 'unchanged') return { ...asked, status: 'unchanged', ...linkOf(row.link, known.link) };
  const { request, commandDigest } = known;
  if (request !== undefined && commandDigest !== undefined && request.commandDigest !== commandDigest) {
    const { reason, faults } = requestIdReused;
    return { ...asked, status: 'rejected', ...withReason(reason, faults) };
  }
  const status = request && statusOf(request.outcome.outcome);
  if (request === undefined || status === undefined) {
    return known.unanswered
      ? { ...asked, status: 'failed', reason: 'unanswered' }
      : { ...asked, status: 'not attempted' };
  }
  const { outcome } = request;
  const done = { ...asked, status, ...withReason(outcome.reason, outcome.faults), ...linkOf(outcome.link, known.link) };
  return { ...done, ...qrOf(row, outcome, status, known) };
}

/** Rules of the check that are reasons of their own. */
const reasonsOfCheck = new Set(['duplicate', 'chosen-id', 'link-ended', 'other-template', 'other-id']);

const withReason = (reason: string | undefined, faults: Fault[] | undefined) => ({
  ...(reason !== undefined && { reason }),
  ...(faults !== undefined && { faults }),
});

/** The link, as its record shows it if that is still the same link's, otherwise as the outcome did. */
function linkOf(named: Outcome['link'], record: LinkRecord | undefined): Partial<RowResult> {
  if (named === undefined) return {};
  const { onelinkId, shortlinkId } = named;
  const isLive = record?.state === 'live';
  const shortUrl = isLive ? record.shortUrl : named.shortUrl;
  const expiresAt = isLive ? isoSeconds(record.expiresAt) : named.expiresAt;
  const qrKey = isLive ? record.qrKey : undefined;
  return {
    onelinkId,
    shortlinkId,
    ...(shortUrl !== undefined && { shortUrl }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(qrKey !== undefined && { qrKey }),
  };
}

/**
 * Why a link that a create has made gets no QR code any more. Undefined if the code may still come.
 *
 * @param link the record of that link
 */
export function codeFailure(requestId: string, link: LinkRecord | undefined): string | undefined {
  if (link === undefined || link.qrKey !== undefined) return undefined;
  if (link.state === 'deleted') return 'link-deleted';
  return link.qrFailure?.requestId === requestId ? link.qrFailure.reason : undefined;
}

/** The image that the row asks for. An image is there when the link's record names it. */
function qrOf(
  { command, wantsCode, requestId }: SentRow,
  { outcome, qr }: Outcome,
  status: RowStatus,
  { link, qrOverdue = false }: KnownOfRow,
): Partial<RowResult> {
  if (wantsCode && status !== 'rejected') {
    if (link?.qrKey !== undefined) return { qr: 'ready' };
    return { qr: 'failed', ...(status === 'updated' && { reason: 'code-needs-another-drop' }) };
  }
  const isAsked = command.action === 'qr' || (command.action === 'create' && command.qr !== undefined);
  if (!isAsked || status === 'rejected') return {};
  if (outcome === 'qr-failed' || status === 'failed') return { qr: 'failed' };
  if (qr !== undefined) return { qr: 'ready', qrKey: qr.key };
  if (link?.qrKey !== undefined) return { qr: 'ready' };
  const failure = codeFailure(requestId, link) ?? (qrOverdue ? 'overdue' : undefined);
  return failure === undefined ? { qr: 'pending' } : { qr: 'failed', reason: `code-${failure}` };
}

/** Whether nothing of the row will change any more: it has its status, and its image if it asks for one. */
export function isSettled({ status, qr }: RowResult): boolean {
  return status !== 'not attempted' && qr !== 'pending';
}
