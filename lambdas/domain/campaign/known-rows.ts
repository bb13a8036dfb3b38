import type { Command } from '../contract/command.ts';
import type { Fault } from '../contract/fault.ts';
import { ttlSeconds } from '../contract/ttl.ts';
import { commandDigest, dataDigest } from '../link/digest.ts';
import type { LinkRecord, RequestRecord } from '../link/ledger-record.ts';
import { deriveLinkId, type LinkAddress } from '../link/link-id.ts';
import { isAlive } from '../link/link-state.ts';
import { madeNoLink } from './attempts.ts';
import type { CheckedRow } from './row.ts';
import { changeRequestId } from './row-identity.ts';

type RowToSend = Extract<CheckedRow, { check: 'send' }>;

/** The ledger's knowledge of a row, and what is needed to compare. */
export interface KnownFacts {
  /** The record of the row's `requestId`. */
  request: RequestRecord | undefined;
  /** The record at `addressOfKnown`. */
  link: LinkRecord | undefined;
  /** The row's command, as the contract's reader gives it. */
  command: Command;
  /** Whether the file has a key column. Without one, a row with other content has another key. */
  hasKeys: boolean;
  /** The instant that the row's `expires_at` names, in epoch milliseconds. */
  expiresAt?: number | undefined;
  /** Whether the lane derives an ID if a chosen one is taken, and the command does not decide. */
  derivesIds: boolean;
  linkIdSecret: string;
  nowSeconds: number;
  /** Which attempt at a change: another is another request. 1 by default. */
  attempt?: number;
}

/** Whose link record the decision needs: the address of the request's link. Undefined if the decision needs none. */
export function addressOfKnown(row: CheckedRow, request: RequestRecord | undefined): LinkAddress | undefined {
  if (row.check !== 'send' || request === undefined) return undefined;
  if (row.command.action !== 'create' && row.command.action !== 'update') return undefined;
  const { link } = request.outcome;
  return link && { onelinkId: link.onelinkId, shortlinkId: link.shortlinkId };
}

/**
 * What a row becomes that an earlier drop may have carried out:
 *
 * - as it is, if its request has no record, or only the record answers (a delete, a QR code, a takeover)
 * - `unchanged`, if its link is as the row wants it
 * - an update, if its link is live and differs
 * - `rejected`, if its create made no link and no other attempt follows, or its link has ended
 */
export function knownRow(row: RowToSend, facts: KnownFacts): CheckedRow {
  const { request, link, command, linkIdSecret, nowSeconds } = facts;
  if (request === undefined) return row;
  const isSameRequest = request.commandDigest === commandDigest(linkIdSecret, command);
  if (command.action !== 'create' && command.action !== 'update') return isSameRequest ? row : anew(row, facts);
  const { outcome } = request;
  if (madeNoLink(request) || outcome.link === undefined)
    return rejected(row, outcome.reason ?? outcome.outcome, outcome.faults ?? [ended(command, outcome.outcome)]);
  const isLinkOfRow = link !== undefined && (command.action === 'update' || link.requestId === row.requestId);
  if (!isLinkOfRow || link.source !== command.source || !isAlive(link, nowSeconds))
    return rejected(row, 'link-ended', [ended(command, 'link-ended')]);
  const moved = movedTo(command, link, facts, isSameRequest);
  if (moved !== undefined) return rejected(row, moved.rule, [moved]);
  const { address } = link;
  if (isAsWanted(command, link, facts)) {
    if (wantsCode(command, link)) return codeOnly(row, link, facts);
    const { check: _, command: __, ...kept } = row;
    return { ...kept, check: 'unchanged', link: address };
  }
  return changed(row, link, facts);
}

/** The row's link has another address than the row asks for. No update can move a link. */
function movedTo(
  command: Command,
  { address }: LinkRecord,
  { derivesIds, linkIdSecret }: KnownFacts,
  isSameRequest: boolean,
): Fault | undefined {
  if (command.onelinkId !== address.onelinkId)
    return { path: 'template', rule: 'other-template', message: `its link has another template. ${remedy}` };
  if (command.shortlinkId === undefined || command.shortlinkId === address.shortlinkId) return undefined;
  // A create whose chosen ID was taken may have derived one.
  const derived = deriveLinkId(linkIdSecret, command, address.shortlinkId.length);
  const mayDerive = command.action === 'create' && (command.onConflict ?? (derivesIds && 'derive')) === 'derive';
  if ((isSameRequest || mayDerive) && derived === address.shortlinkId) return undefined;
  return { path: 'shortlink_id', rule: 'other-id', message: `its link has another short-link ID. ${remedy}` };
}

const remedy = 'To make another link, give the row another key';
const ended = ({ action }: Command, rule: string): Fault => ({
  path: '',
  rule,
  message:
    rule === 'link-ended'
      ? `its link has expired, was deleted, or is another’s. ${remedy}`
      : `an earlier drop asked for this ${action}, and it ended as ${rule}. Change the row, or give it another key`,
});

/** Fields that the row does not name are not compared, because an update without them does not change them. */
function isAsWanted(command: Command, link: LinkRecord, { hasKeys, expiresAt, linkIdSecret }: KnownFacts): boolean {
  // Without a key column, the key itself shows that the content is the same.
  if (!hasKeys) return true;
  if (command.action !== 'create' && command.action !== 'update') return true;
  const { data, ttl, renewTtl, brandDomain, keepUntil } = command;
  if (dataDigest(linkIdSecret, data) !== link.dataDigest) return false;
  if (expiresAt !== undefined) {
    if (!endsAt(link, expiresAt / 1000)) return false;
  } else if (ttl !== undefined && ttlSeconds(ttl, Number.POSITIVE_INFINITY) !== link.ttlSeconds) return false;
  if (renewTtl !== undefined && renewTtl !== link.renewTtl) return false;
  if (brandDomain !== undefined && !link.shortUrl.startsWith(`https://${brandDomain}/`)) return false;
  return keepUntil === undefined || Math.floor(Date.parse(keepUntil) / 1000) === link.keepUntil;
}

const expiryToleranceSeconds = 3_600;

/**
 * Whether the link ends at the instant that the row names. The TTL of a later drop is shorter, so it cannot be compared. The last
 * change had the whole minutes from its `requestedAt` to the instant, or the link ends within an hour of it.
 */
function endsAt({ applied, ttlSeconds: ttl, renewTtl, expiresAt }: LinkRecord, atSeconds: number): boolean {
  const rest = atSeconds - (Date.parse(applied.requestedAt) / 1000 + ttl);
  if (rest >= 0 && rest < 60) return true;
  // Clicks extend a link that renews itself.
  const isLate = expiresAt > atSeconds + expiryToleranceSeconds && !renewTtl;
  return expiresAt >= atSeconds - expiryToleranceSeconds && !isLate;
}

const wantsCode = (command: Command, { qrKey }: LinkRecord) =>
  command.action === 'create' && command.qr !== undefined && qrKey === undefined;

/** An update makes no code. The row keeps its wish, so that its result can tell. */
function changed(row: RowToSend, { version, address }: LinkRecord, { attempt }: KnownFacts): CheckedRow {
  const { qr, onConflict: _, ...kept } = row.command;
  const command = { ...kept, action: 'update', ...address };
  const wish = { ...row, ...(qr !== undefined && { wantsCode: true as const }) };
  return withRequest(wish, command, changeRequestId(row.requestId, contentOf(command, attempt), version));
}

function codeOnly(row: RowToSend, { version, address }: LinkRecord, { attempt }: KnownFacts): CheckedRow {
  const { specVersion, source, requestedAt, validUntil, metadata, qr, brandDomain } = row.command;
  const options = { ...(typeof qr === 'object' && qr), ...(brandDomain !== undefined && { brandDomain }) };
  const given = {
    specVersion,
    source,
    requestedAt,
    ...(validUntil !== undefined && { validUntil }),
    ...(metadata !== undefined && { metadata }),
  };
  const command = { ...given, action: 'qr', ...address, qr: options };
  return withRequest(row, command, changeRequestId(row.requestId, contentOf(command, attempt), version));
}

/** A delete, a QR code or a takeover with other content under the same key is another request. */
function anew(row: RowToSend, { link, attempt }: KnownFacts): CheckedRow {
  const content = contentOf(row.command, attempt);
  return withRequest(row, row.command, changeRequestId(row.requestId, content, link?.version ?? 0));
}

function withRequest(row: RowToSend, command: Record<string, unknown>, requestId: string): CheckedRow {
  return { ...row, requestId, command: { ...command, requestId } };
}

/** What a change asks for, without what differs between two drops of the same content. */
function contentOf(command: Record<string, unknown>, attempt = 1) {
  const { requestId: _, requestedAt: __, validUntil: ___, ...content } = command;
  const sorted = Object.entries(content).sort(([one], [other]) => (one < other ? -1 : 1));
  return attempt === 1 ? sorted : [...sorted, attempt];
}

function rejected({ row, line, cells, key, requestId }: RowToSend, rule: string, faults: Fault[]): CheckedRow {
  const known = { row, line, cells, ...(key !== undefined && { key }), requestId };
  return { ...known, check: 'rejected', faults: faults.length > 0 ? faults : [{ path: '', rule, message: remedy }] };
}
