import type { Command, CreateCommand, DeleteCommand, UpdateCommand } from '../contract/command.ts';
import type { Decision } from '../contract/outcome.ts';
import type { RequestKey } from '../contract/request-key.ts';
import type { ApiAnswer, LinkAtApi } from '../onelink/api-answer.ts';
import type { Meaning } from '../onelink/failure-table.ts';
import { isoSeconds } from '../work/clock.ts';
import { isLater, type LinkRecord, needsRenewal } from './ledger-record.ts';

/*
 * What is this link, now, for this command? The ledger's record answers first, at no cost. Where it can't, a GET does.
 * The functions know no clock: `nowSeconds` are epoch seconds.
 */

/** Until when a request, a claim or a deleted link is remembered: the end of the deduplication window. Epoch seconds. */
export function rememberedUntil(nowSeconds: number, days: number): number {
  return nowSeconds + days * 86_400;
}

/** Whether a link's time has passed, as its record or a GET has it. */
export function isOver({ expiresAt }: Pick<LinkRecord, 'expiresAt'>, nowSeconds: number): boolean {
  return expiresAt <= nowSeconds;
}

/** Whether the link lives by all that the ledger knows. Clicks may keep another one alive. */
export function isAlive(record: Pick<LinkRecord, 'state' | 'expiresAt'>, nowSeconds: number): boolean {
  return record.state === 'live' && !isOver(record, nowSeconds);
}

/** Whether the request is the create that made the link. Two records of one link have it in common. */
export function isMadeBy(made: RequestKey, { source, requestId }: RequestKey): boolean {
  return made.source === source && made.requestId === requestId;
}

/** Whether a link with this data is the live one that the record speaks of, be it after a change under way. */
export function isOf({ state, dataDigest, lease }: LinkRecord, digest: string): boolean {
  return state === 'live' && (dataDigest === digest || lease?.intended?.dataDigest === digest);
}

/** Whether a change, or another copy of it, is at the link. A lease that has ended was left behind by one. */
export function isHeld({ lease }: LinkRecord, nowSeconds: number): boolean {
  return lease !== undefined && lease.until >= nowSeconds;
}

/** Whether an earlier delivery of this change has come as far as its lease. */
export function hasBegun({ lease, applied }: LinkRecord, { requestId }: Command): boolean {
  return lease?.requestId === requestId || applied.requestId === requestId;
}

/**
 * What the record at an address is to a create:
 *
 * - `made`           this create has made the link
 * - `deleted-since`  its owner has deleted the link after this create had made it, or by a delete that was asked for later
 * - `another`        it speaks of another link, which may live or be history
 */
export type StateForCreate = 'made' | 'deleted-since' | 'another';

export function stateForCreate(record: LinkRecord, command: CreateCommand): StateForCreate {
  const isMade = isMadeBy(record, command);
  const isOwnDelete = record.state === 'deleted' && record.source === command.source;
  if (isOwnDelete && (isMade || isLater(record.applied, command))) return 'deleted-since';
  return isMade ? 'made' : 'another';
}

/**
 * What the record of a link is to a change of it:
 *
 * - `applied`     it stands there already
 * - `superseded`  a later one stands there
 * - `deleted`     there is nothing to update
 * - `due`         its turn has come, if no other change is at the link
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
 * - `alive`, `dead`   a link; the API shows a dead one for up to 48 hours
 * - `absent`          nothing
 * - `made-elsewhere`  what somebody has made in the user interface, in bulk or by an SDK, and the API refuses to show
 * - `unknown`         nobody can tell
 */
export type FoundAtApi =
  | { state: 'alive'; link: LinkAtApi }
  | { state: 'dead'; link: LinkAtApi }
  | { state: 'absent' }
  | { state: 'made-elsewhere' }
  | { state: 'unknown'; meaning: Meaning };

export function foundAtApi(answer: ApiAnswer<LinkAtApi>, nowSeconds: number): FoundAtApi {
  const { meaning } = answer;
  if (meaning === 'ok') return { state: isOver(answer.value, nowSeconds) ? 'dead' : 'alive', link: answer.value };
  if (meaning === 'absent') return { state: 'absent' };
  return meaning === 'permanent' ? { state: 'made-elsewhere' } : { state: 'unknown', meaning };
}

/**
 * What a link is whose record DynamoDB's TTL has removed:
 *
 * - `tombstone`  deleted long ago
 * - `over`       its time has passed, and nothing can have given it more
 * - `unsure`     clicks, the pipeline's renewal, or a change whose end nobody has seen may have: the API has to be asked
 */
export type StateOfRemoved = 'tombstone' | 'over' | 'unsure';

export function stateOfRemoved(record: LinkRecord, nowSeconds: number): StateOfRemoved {
  if (record.state === 'deleted') return 'tombstone';
  const mayLive = record.renewTtl || needsRenewal(record) || record.lease !== undefined;
  return !mayLive && isOver(record, nowSeconds) ? 'over' : 'unsure';
}

/** The record without what only a change or a check under way has in it. */
export function withoutMarks(record: LinkRecord): LinkRecord {
  const { lease: _, lookAgainAt: __, expiryCheck: ___, ...kept } = record;
  return kept;
}

/** The record of a link that turned out to be over: DynamoDB deletes it, and the expiry worker tells its end. */
export function over(record: LinkRecord, expiresAt: number): LinkRecord {
  return { ...withoutMarks(record), expiresAt: Math.min(record.expiresAt, expiresAt) };
}

/** The record of a deleted link: it is remembered, so that nothing late brings the link back. */
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

/** What stands for a link that nobody knew when it was deleted: it stops a create that was asked for earlier. */
export function tombstoneOfUnknown(command: DeleteCommand, until: number): LinkRecord {
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

/** The link as its outcome shows it. */
export function linkOf({ address, shortUrl, expiresAt, version }: LinkRecord): NonNullable<Decision['link']> {
  return { ...address, shortUrl, expiresAt: isoSeconds(expiresAt), version };
}
