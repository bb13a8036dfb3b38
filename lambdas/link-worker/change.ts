import { randomUUID } from 'node:crypto';
import {
  type DeleteCommand,
  leastTtlToKeepSeconds,
  tooShortToKeep,
  type UpdateCommand,
} from '../domain/contract/command.ts';
import { dataAsText } from '../domain/contract/link-data.ts';
import { ttlSeconds } from '../domain/contract/ttl.ts';
import { dataDigest } from '../domain/link/digest.ts';
import { type IntendedLink, isLater, type Lease, type LinkRecord } from '../domain/link/ledger-record.ts';
import type { ApiAnswer, LinkAtApi } from '../domain/onelink/api-answer.ts';
import type { Meaning } from '../domain/onelink/failure-table.ts';
import { deliveriesToWaitForCreate } from '../domain/work/return-delay.ts';
import { type Answer, answerOf, linkOf, type NoDecision, returnCauseOf, staleAnswer } from './answer.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import { linkOfCommand } from './link-of-command.ts';
import type { LinkWorkerPorts } from './ports.ts';

interface Change {
  command: UpdateCommand | DeleteCommand;
  secret: string;
  settings: LinkWorkerEnvironment;
  ports: LinkWorkerPorts;
  nowSeconds: number;
}

/** The API's clock may be this much behind ours. */
const clockToleranceSeconds = 5;

/**
 * Updates or deletes one link, in the order in which its changes were asked for:
 *
 *     link record ─▶ asked for later than what was applied last? ─▶ lease ─▶ PUT or DELETE ─▶ link record without lease
 *                     └─ no: superseded                  (held by another: later)
 *
 * A lease that was left behind (by a crash, or by a lost answer) names what it intended; once it has ended, a free GET tells
 * whether it came about, before anything else is sent. So does this command's own, when it is delivered again. Until
 * then it stays as it is, so that whoever finds out may crash, too.
 *
 * @param mayWrite false for a command that is stale: then what it began in time is settled, and no more is sent.
 */
export async function changeLink(
  command: UpdateCommand | DeleteCommand,
  { receiveCount, mayWrite }: { receiveCount: number; mayWrite: boolean },
  secret: string,
  settings: LinkWorkerEnvironment,
  ports: LinkWorkerPorts,
): Promise<Answer> {
  const nowSeconds = Math.floor(ports.clock.wallMilliseconds() / 1000);
  const change: Change = { command, secret, settings, ports, nowSeconds };
  const link = await linkOfCommand(command, receiveCount, ports);
  if (link === 'absent') return command.action === 'delete' ? bury(command, change) : notFound(command);
  if ('answer' in link) return link.answer;

  const { record } = link;
  const left = record.lease;
  const isOwn = left?.requestId === command.requestId;
  const early = answerWithout(change, record);
  if (record.state === 'deleted' && command.action === 'delete' && isLater(command, record.applied)) {
    // Nothing is left to delete; but a create that was asked for between the two deletes must not come after this one.
    const next = deleted(record, command, change);
    return (await write(next, record, change)) ? done(next) : 'try-again';
  }
  // An earlier delivery may have ended between the record and the image.
  if (early !== undefined && record.state === 'deleted') await ports.qrImages.remove(record.address);
  // What this command has itself begun comes before the order, and before its validUntil.
  if (early !== undefined && !isOwn) return early;
  if (!mayWrite && !isOwn) return staleAnswer;
  // Somebody is at it: another change, or another copy of this one.
  if (left !== undefined && left.until >= nowSeconds) return 'try-again';
  if (left !== undefined) {
    const settled = await settle(left, record, change);
    if (typeof settled === 'string') return settled;
    if (settled !== record) return answerWithout(change, settled) ?? 'try-again';
    const answer = early ?? (mayWrite ? undefined : staleAnswer);
    if (answer !== undefined) {
      await ports.ledger.releaseLink(record.address, left);
      return answer;
    }
  }
  if (isOver(record, nowSeconds) || record.expiryCheck !== undefined) {
    const gone = await answerToExpired(record, receiveCount, change);
    if (gone !== undefined) return gone;
  }
  const lease = leaseFor(change, record);
  if (isTooShortToKeep(lease)) {
    if (left !== undefined) await ports.ledger.releaseLink(record.address, left);
    const path = 'ttl' in command && command.ttl !== undefined ? 'ttl' : 'keepUntil';
    return {
      outcome: 'rejected',
      reason: 'invalid-command',
      faults: [tooShortToKeep(path)],
      link: { ...record.address },
    };
  }
  const taken = await ports.ledger.leaseLink(record.address, lease, record.version, nowSeconds);
  if (!taken) return 'try-again';
  // What was left may have changed what no GET shows. This update says it anew, and the record is true again.
  const again = left?.intended && isHidden(left.intended, record) ? { renewTtl: record.renewTtl } : {};
  return apply(lease, record, { ...change, command: command.action === 'update' ? { ...again, ...command } : command });
}

/** The answer to a command that needs no call, if the record gives one. */
function answerWithout({ command }: Change, record: LinkRecord): Answer | undefined {
  if (record.applied.requestId === command.requestId) return done(record);
  if (!isLater(command, record.applied)) {
    return { outcome: 'superseded', reason: 'later-change-applied', link: linkOf(record) };
  }
  if (record.state === 'live' || command.action === 'delete') return undefined;
  return { outcome: 'rejected', reason: 'link-deleted', link: { ...record.address } };
}

/**
 * A link that the ledger takes for expired may have been kept alive by clicks: a free GET tells, before quota is spent. The API
 * shows a dead link for up to 48 hours; an update would bring it back, which nobody has asked for.
 */
async function answerToExpired(record: LinkRecord, receiveCount: number, change: Change): Promise<Answer | undefined> {
  const { command, secret, ports, nowSeconds } = change;
  const found = await ports.api.read(record.address);
  if (found.meaning === 'ok') {
    // Other data than the record's may be another create's link, whose record is still to come.
    const isRecorded = dataDigest(secret, found.value.data) === record.dataDigest;
    if (!isRecorded && receiveCount < deliveriesToWaitForCreate) return 'try-again';
    // A delete of a dead link makes its ID free at once.
    if (command.action === 'delete' || !isOver(found.value, nowSeconds)) return undefined;
  } else if (!isGone(found.meaning)) {
    return returnCauseOf(found.meaning);
  }
  if (command.action === 'update') return { outcome: 'rejected', reason: 'link-expired', link: { ...record.address } };
  const next = deleted(record, command, change);
  return (await write(next, record, change)) ? done(next) : 'try-again';
}

function leaseFor({ command, secret, settings, nowSeconds }: Change, record: LinkRecord): Lease {
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
function isTooShortToKeep({ intended }: Lease): boolean {
  if (intended?.keepUntil === undefined) return false;
  return intended.keepUntil > intended.expiresAt && intended.ttlSeconds < leastTtlToKeepSeconds;
}

/**
 * Finds out what became of a change that left its lease behind. If it came about, that is written down, and the lease with
 * it ends: whoever comes next begins anew. So it is if the link is over, which an update that shortened its life may have
 * brought about: the record must not call it live until its old expiry.
 *
 * @param held the lease, if it is this invocation's own; one that was left has ended.
 * @returns the record as it was, if the change did not come about
 */
async function settle(left: Lease, record: LinkRecord, change: Change, held?: Lease): Promise<LinkRecord | NoDecision> {
  const found = await change.ports.api.read(record.address);
  if (found.meaning !== 'ok' && !isGone(found.meaning)) return returnCauseOf(found.meaning);
  const settled =
    found.meaning === 'ok'
      ? settledBy(left, found.value, record, change)
      : left.action === 'delete'
        ? deleted(record, left, change)
        : over(record, change.nowSeconds);
  if (settled === undefined) return record;
  return (await write(settled, record, change, held)) ? settled : 'try-again';
}

function settledBy(left: Lease, found: LinkAtApi, record: LinkRecord, change: Change): LinkRecord | undefined {
  if (left.intended !== undefined && isProvenBy(found, left.intended, record, change)) {
    return updated(record, left, found, change);
  }
  const { nowSeconds } = change;
  return isOver(found, nowSeconds) && !isOver(record, nowSeconds) ? over(record, found.expiresAt) : undefined;
}

/** Nothing is there, or what somebody has made in the user interface since. */
function isGone(meaning: Meaning): boolean {
  return meaning === 'absent' || meaning === 'permanent';
}

function isOver({ expiresAt }: { expiresAt: number }, nowSeconds: number): boolean {
  return expiresAt <= nowSeconds;
}

/** The record of a link that turned out to be over: DynamoDB deletes it, and the expiry worker tells its end. */
function over(record: LinkRecord, expiresAt: number): LinkRecord {
  const { lease: _, lookAgainAt: __, expiryCheck: ___, ...kept } = record;
  return { ...kept, expiresAt: Math.min(record.expiresAt, expiresAt) };
}

/**
 * Whether a GET proves that an update came about: all that it shows is as the update meant it. A field that no GET shows is
 * proven by one that it does show, since a PUT changes all or nothing. If every field it shows was the same before, it proves
 * nothing, and the PUT is sent again.
 */
function isProvenBy(
  found: LinkAtApi,
  intended: IntendedLink,
  record: LinkRecord,
  { secret, nowSeconds }: Change,
): boolean {
  const isAsMeant =
    dataDigest(secret, found.data) === intended.dataDigest &&
    (found.ttlSeconds ?? intended.ttlSeconds) === intended.ttlSeconds &&
    found.expiresAt >= intended.expiresAt - clockToleranceSeconds &&
    found.expiresAt <= latestEnd(intended, record, nowSeconds) + clockToleranceSeconds;
  const isNew =
    intended.dataDigest !== record.dataDigest ||
    (found.ttlSeconds !== undefined && intended.ttlSeconds !== record.ttlSeconds);
  return isAsMeant && (isNew || !isHidden(intended, record));
}

/** The latest expiry that an update can have left behind: it, or the last click, was no later than now. */
function latestEnd({ ttlSeconds, renewTtl, expiresAt }: IntendedLink, before: LinkRecord, nowSeconds: number): number {
  // The update keeps the end it found, which clicks may have moved before.
  const keepsEnd = !renewTtl && expiresAt === before.expiresAt;
  return keepsEnd && !before.renewTtl ? expiresAt : Math.max(expiresAt, nowSeconds + ttlSeconds);
}

/** Whether an update changes what no GET shows: who renews the link, and the domain of its URL. */
function isHidden({ renewTtl, shortUrl }: IntendedLink, record: LinkRecord): boolean {
  return renewTtl !== record.renewTtl || (shortUrl ?? record.shortUrl) !== record.shortUrl;
}

async function apply(lease: Lease, record: LinkRecord, change: Change): Promise<Answer> {
  const { command, ports } = change;
  const hides = lease.intended !== undefined && isHidden(lease.intended, record);
  let sent = await send(change, record);
  if (sent.meaning === 'ambiguous') {
    const settled = await settle(lease, record, change, lease);
    // Nobody could tell: the lease stays, for the next delivery, or the next change, to settle.
    if (typeof settled === 'string') return settled;
    if (settled !== record) return settled.applied.requestId === lease.requestId ? done(settled) : 'try-again';
    // A GET cannot show whether it came about: a PUT may be repeated, and only its answer tells.
    if (hides) sent = await send(change, record);
    if (sent.meaning === 'ambiguous') {
      if (!hides) await ports.ledger.releaseLink(record.address, lease);
      return 'try-again';
    }
  }
  if (sent.meaning === 'ok' && isEndUnknown(lease, record, command)) return readEnd(lease, record, change);
  const gone = sent.meaning === 'absent' && command.action === 'delete';
  if (sent.meaning === 'absent' && !gone) {
    return (await write(over(record, change.nowSeconds), record, change, lease)) ? answerOf(sent) : 'try-again';
  }
  if (sent.meaning !== 'ok' && !gone) {
    await ports.ledger.releaseLink(record.address, lease);
    return answerOf(sent);
  }
  const held = { data: command.action === 'update' ? command.data : {}, expiresAt: lease.intended?.expiresAt ?? 0 };
  const next = command.action === 'update' ? updated(record, lease, held, change) : deleted(record, lease, change);
  if (sent.meaning === 'ok' && sent.value !== null) next.shortUrl = sent.value.shortUrl;
  return (await write(next, record, change, lease)) ? done(next) : 'try-again';
}

function send({ command, ports }: Change, { address }: LinkRecord): Promise<ApiAnswer<{ shortUrl: string } | null>> {
  return command.action === 'update' ? ports.api.update(address, command) : ports.api.delete(address);
}

/** An update that keeps a link's end, whose last clicks have moved it and nobody has seen: a free GET tells. */
function isEndUnknown({ intended }: Lease, record: LinkRecord, command: Change['command']): boolean {
  return command.action === 'update' && command.ttl === undefined && record.renewTtl && intended?.renewTtl === false;
}

/** The update was answered, and so is proven; the GET is asked for the end alone. Without an answer the lease stays. */
async function readEnd(lease: Lease, record: LinkRecord, change: Change): Promise<Answer> {
  const found = await change.ports.api.read(record.address);
  if (found.meaning !== 'ok' && !isGone(found.meaning)) return returnCauseOf(found.meaning);
  const next = found.meaning === 'ok' ? updated(record, lease, found.value, change) : over(record, change.nowSeconds);
  if (!(await write(next, record, change, lease))) return 'try-again';
  return found.meaning === 'ok' ? done(next) : 'try-again';
}

function updated(record: LinkRecord, by: Lease, held: LinkAtApi, { settings }: Change): LinkRecord {
  const { data: _, campaign: __, lease: ___, lookAgainAt: ____, expiryCheck: _____, ...kept } = record;
  const data = dataAsText(held.data);
  return {
    ...kept,
    pid: data.pid ?? '',
    ...(data.c !== undefined && { campaign: data.c }),
    ...(settings.KEEP_DATA === 'full' && { data }),
    ...(by.intended !== undefined && {
      dataDigest: by.intended.dataDigest,
      ttlSeconds: by.intended.ttlSeconds,
      renewTtl: by.intended.renewTtl,
      ...(by.intended.keepUntil !== undefined && { keepUntil: by.intended.keepUntil }),
      ...(by.intended.shortUrl !== undefined && { shortUrl: by.intended.shortUrl }),
    }),
    expiresAt: held.expiresAt,
    version: record.version + 1,
    applied: { requestedAt: by.requestedAt, requestId: by.requestId },
  };
}

/** Deleted links are remembered for the horizon, so that nothing late brings them back. */
function deleted(record: LinkRecord, by: LinkRecord['applied'], { settings, nowSeconds }: Change): LinkRecord {
  const { lease: _, keepUntil: __, lookAgainAt: ___, expiryCheck: ____, ...kept } = record;
  return {
    ...kept,
    state: 'deleted',
    version: record.version + 1,
    applied: { requestedAt: by.requestedAt, requestId: by.requestId },
    expiresAt: nowSeconds + settings.REQUEST_HORIZON_DAYS * 86_400,
  };
}

async function write(
  next: LinkRecord,
  read: LinkRecord,
  { ports, nowSeconds }: Change,
  held?: Lease,
): Promise<boolean> {
  const lease = held === undefined ? {} : { leaseOf: held.requestId };
  const written = await ports.ledger.replaceLink(next, { version: read.version, nowSeconds, ...lease });
  // After the record: an image that arrives later finds the link deleted, and does not stay (qr-worker.ts).
  if (written && next.state === 'deleted') await ports.qrImages.remove(next.address);
  return written;
}

/** A delete of a link that nobody knows: the record that it leaves stops a create that was asked for earlier. */
async function bury(command: DeleteCommand, { settings, ports, nowSeconds }: Change): Promise<Answer> {
  const { onelinkId, shortlinkId, source, requestId, requestedAt } = command;
  const held = await ports.ledger.addLink({
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
    expiresAt: nowSeconds + settings.REQUEST_HORIZON_DAYS * 86_400,
  });
  const isOwn = held?.source === source && held.requestId === requestId;
  if (held !== undefined && !isOwn) return 'try-again';
  return { outcome: 'deleted', link: { onelinkId, shortlinkId, version: 1 } };
}

function done(record: LinkRecord): Answer {
  if (record.state === 'live') return { outcome: 'updated', link: linkOf(record) };
  return { outcome: 'deleted', link: { ...record.address, version: record.version } };
}

function notFound({ onelinkId, shortlinkId }: UpdateCommand): Answer {
  return { outcome: 'rejected', reason: 'link-not-found', link: { onelinkId, shortlinkId } };
}
