import type { Command, CreateCommand, DeleteCommand, UpdateCommand } from '../contract/command.ts';
import type { Decision } from '../contract/outcome.ts';
import type { RequestKey } from '../contract/request-key.ts';
import type { ApiAnswer, LinkAtApi } from '../onelink/api-answer.ts';
import type { Meaning } from '../onelink/failure-table.ts';
import { isoSeconds } from '../work/clock.ts';
import { type Claim, isLater, type LinkRecord, needsRenewal } from './ledger-record.ts';

/*
 * What is this link, now, for this command? The ledger's record answers first, at no cost. If it cannot, a GET does.
 * The functions have no clock: `nowSeconds` are epoch seconds.
 */

/** The end of the deduplication window, until which requests, claims and tombstones are kept. Epoch seconds. */
export function rememberedUntil(nowSeconds: number, days: number): number {
  return nowSeconds + days * 86_400;
}

/** Whether the link has expired, by its record or by a GET. A GET without an expiry does not report. */
export function isOver({ expiresAt }: Pick<LinkAtApi, 'expiresAt'>, nowSeconds: number): boolean {
  return expiresAt !== undefined && expiresAt <= nowSeconds;
}

/** Whether the link is live by its record. Clicks may keep a link live after its recorded expiry. */
export function isAlive(record: Pick<LinkRecord, 'state' | 'expiresAt'>, nowSeconds: number): boolean {
  return record.state === 'live' && !isOver(record, nowSeconds);
}

/** Whether the request made the link or took it over. All records of one link have the same request. */
export function isMadeBy(made: RequestKey, { source, requestId }: RequestKey): boolean {
  return made.source === source && made.requestId === requestId;
}

/** Whether a link with this data is the record's live link, before or after a change under way. */
export function isOf({ state, dataDigest, lease }: LinkRecord, digest: string): boolean {
  return state === 'live' && (dataDigest === digest || lease?.intended?.dataDigest === digest);
}

/** Whether a change, or another copy of it, holds the link. A lease that has ended is from a crashed change. */
export function isHeld({ lease }: LinkRecord, nowSeconds: number): boolean {
  return lease !== undefined && lease.until >= nowSeconds;
}

/** Whether an earlier delivery of this command has taken its lease, or has taken the link over. */
export function hasBegun(record: LinkRecord, command: Command): boolean {
  const { lease, applied } = record;
  const { requestId } = command;
  return lease?.requestId === requestId || applied.requestId === requestId || isMadeBy(record, command);
}

/**
 * What the record at an address means for a create:
 *
 * - `made`           this create has made the link
 * - `deleted-since`  the producer has deleted the link after this create made it, or by a delete that was requested
 *   later
 * - `another`        the record is another link's, live or past
 * - `not-owner`      the record is another source's link, live or past. Its short URL may be in use, so the address
 *   stays that source's while the record exists.
 */
export type StateForCreate = 'made' | 'deleted-since' | 'another' | 'not-owner';

export function stateForCreate(record: LinkRecord, command: CreateCommand): StateForCreate {
  const isMade = isMadeBy(record, command);
  const isOwnDelete = record.state === 'deleted' && record.source === command.source;
  if (isOwnDelete && (isMade || isLater(record.applied, command))) return 'deleted-since';
  if (isMade) return 'made';
  return record.source !== command.source && hasBeenLink(record) ? 'not-owner' : 'another';
}

/** Whether the record is or was a link's. The tombstone of an unknown link reserves its address for nobody. */
export function hasBeenLink({ shortUrl, erased }: Pick<LinkRecord, 'shortUrl' | 'erased'>): boolean {
  return shortUrl !== '' || erased === true;
}

/** Whether a takeover has recorded the link and given it up again, because it ended without effect. */
export function isGivenUp(record: Pick<LinkRecord, 'state' | 'shortUrl' | 'erased' | 'takenOver'>): boolean {
  return record.state === 'deleted' && record.takenOver === true && !hasBeenLink(record);
}

/**
 * Whether another source's create has claimed the address and has not ended without a link. Only that source may send a
 * POST there, so a link at the API is not this command's.
 */
export function isClaimedByAnother(
  claim: Pick<Claim, 'source' | 'until'> | undefined,
  { source }: Pick<Command, 'source'>,
): boolean {
  return claim !== undefined && claim.source !== source && claim.until !== 0;
}

/**
 * What the record of a link means for a change:
 *
 * - `applied`     the record already has this change
 * - `superseded`  the record has a later change
 * - `deleted`     there is no link to update
 * - `due`         the change may run, if no other change holds the link
 */
export type StateForChange = 'applied' | 'superseded' | 'deleted' | 'due';

export function stateForChange(record: LinkRecord, command: UpdateCommand | DeleteCommand): StateForChange {
  if (record.applied.requestId === command.requestId) return 'applied';
  if (!isLater(command, record.applied)) return 'superseded';
  return record.state === 'deleted' && command.action === 'update' ? 'deleted' : 'due';
}

/**
 * What a GET shows at a link's address:
 *
 * - `alive`, `dead`   a live or an expired link; the API shows an expired one for up to 48 hours. If it reports no expiry,
 *   each link that it shows counts as live
 * - `absent`          no link
 * - `made-elsewhere`  a link from the user interface, a bulk tool or an SDK, which the API refuses to show
 * - `unknown`         no usable answer
 */
export type FoundAtApi =
  | { state: 'alive'; link: LinkAtApi }
  | { state: 'dead'; link: LinkAtApi & { expiresAt: number } }
  | { state: 'absent' }
  | { state: 'made-elsewhere' }
  | { state: 'unknown'; meaning: Meaning };

export function foundAtApi(answer: ApiAnswer<LinkAtApi>, nowSeconds: number): FoundAtApi {
  const { meaning } = answer;
  if (meaning === 'ok') {
    const { expiresAt } = answer.value;
    if (expiresAt === undefined || expiresAt > nowSeconds) return { state: 'alive', link: answer.value };
    return { state: 'dead', link: { ...answer.value, expiresAt } };
  }
  if (meaning === 'absent') return { state: 'absent' };
  return meaning === 'permanent' ? { state: 'made-elsewhere' } : { state: 'unknown', meaning };
}

/**
 * The state of a link whose record DynamoDB's TTL has removed:
 *
 * - `tombstone`  deleted long ago
 * - `over`       expired, and nothing can have extended its life
 * - `unsure`     clicks, a renewal or an unverified change may have extended its life, so a GET is needed
 */
export type StateOfRemoved = 'tombstone' | 'over' | 'unsure';

export function stateOfRemoved(record: LinkRecord, nowSeconds: number): StateOfRemoved {
  if (record.state === 'deleted') return 'tombstone';
  const mayLive = record.renewTtl || needsRenewal(record) || record.lease !== undefined;
  return !mayLive && isOver(record, nowSeconds) ? 'over' : 'unsure';
}

/** The record without the fields of a change or check under way. */
export function withoutMarks(record: LinkRecord): LinkRecord {
  const { lease: _, checkAgainAt: __, expiryCheck: ___, ...kept } = record;
  return kept;
}

/**
 * The record of a link that a GET has found expired. DynamoDB deletes it, and the expiry worker publishes `expired`.
 */
export function over(record: LinkRecord, expiresAt: number): LinkRecord {
  return { ...withoutMarks(record), expiresAt: Math.min(record.expiresAt, expiresAt) };
}

/** The record of a deleted link. It prevents a late command from making the link again. */
export function tombstone(
  record: LinkRecord,
  { requestedAt, requestId }: LinkRecord['applied'],
  until: number,
): LinkRecord {
  const { keepUntil: _, ...kept } = withoutMarks(record);
  return {
    ...kept,
    state: 'deleted',
    version: record.version + 1,
    applied: { requestedAt, requestId },
    expiresAt: until,
  };
}

/** The tombstone of an unknown link. It stops a create that was requested before the delete. */
export function tombstoneOfUnknown(
  command: Pick<DeleteCommand, 'onelinkId' | 'shortlinkId' | 'source' | 'requestId' | 'requestedAt'>,
  until: number,
): LinkRecord {
  const { onelinkId, shortlinkId, source, requestId, requestedAt } = command;
  return {
    address: { onelinkId, shortlinkId },
    source,
    requestId,
    state: 'deleted',
    shortUrl: '',
    pid: '',
    dataDigest: '',
    ttlSeconds: 0,
    renewTtl: false,
    version: 1,
    applied: { requestedAt, requestId },
    expiresAt: until,
  };
}

/** The link, as an outcome contains it. */
export function linkOf({ address, shortUrl, expiresAt, version }: LinkRecord): NonNullable<Decision['link']> {
  return { ...address, ...(shortUrl !== '' && { shortUrl }), expiresAt: isoSeconds(expiresAt), version };
}
