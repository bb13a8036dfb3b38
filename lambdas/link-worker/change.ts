import { type DeleteCommand, tooShortToKeep, type UpdateCommand } from '../domain/contract/command.ts';
import { dataDigest } from '../domain/link/digest.ts';
import { isLater, type LinkRecord } from '../domain/link/ledger-record.ts';
import {
  foundAtApi,
  isHeld,
  isMadeBy,
  isOver,
  linkOf,
  rememberedUntil,
  stateForChange,
  tombstoneOfUnknown,
} from '../domain/link/link-state.ts';
import { secondsNow } from '../domain/work/clock.ts';
import { deliveriesToWaitForCreate } from '../domain/work/return-delay.ts';
import { type Answer, returnCauseOf, staleAnswer } from './answer.ts';
import type { Attempt, Change } from './attempt.ts';
import { deleted, done, isHidden, isTooShortToKeep, leaseFor, write } from './changed-link.ts';
import { linkOfCommand } from './link-of-command.ts';
import { sendChange, settle } from './send-change.ts';

/**
 * Updates or deletes one link, in the order in which its changes were asked for:
 *
 *     link record ─▶ asked for later than what was applied last? ─▶ lease ─▶ PUT or DELETE ─▶ link record without lease
 *                     └─ no: superseded                  (held by another: later)
 *
 * A lease that was left behind (by a crash, or by a lost answer) names what it intended; once it has ended, a free GET tells
 * whether it came about, before anything else is sent. So does this command's own, when it is delivered again. Until
 * then it stays as it is, so that whoever finds out may crash, too.
 */
export async function changeLink(attempt: Attempt<UpdateCommand | DeleteCommand>): Promise<Answer> {
  const { command, mayWrite, ports } = attempt;
  const nowSeconds = secondsNow(ports.clock);
  const link = await linkOfCommand(attempt);
  if (link === 'absent') return answerToUnknown(attempt, nowSeconds);
  if ('answer' in link) return link.answer;

  const { record } = link;
  const change: Change = { ...attempt, record, nowSeconds };
  const left = record.lease;
  const isOwn = left?.requestId === command.requestId;
  const early = answerWithout(command, record);
  if (record.state === 'deleted' && command.action === 'delete' && isLater(command, record.applied)) {
    // Nothing is left to delete; but a create that was asked for between the two deletes must not come after this one.
    return deleteRecord(change);
  }
  // An earlier delivery may have ended between the record and the image.
  if (early !== undefined && record.state === 'deleted') await ports.qrImages.remove(record.address);
  // What this command has itself begun comes before the order, and before its validUntil.
  if (early !== undefined && !isOwn) return early;
  if (!mayWrite && !isOwn) return staleAnswer;
  // Somebody is at it: another change, or another copy of this one.
  if (isHeld(record, nowSeconds)) return 'try-again';
  if (left !== undefined) {
    const settled = await settle(change, left);
    if (typeof settled === 'string') return settled;
    if (settled !== record) return answerWithout(command, settled) ?? 'try-again';
    const answer = early ?? (mayWrite ? undefined : staleAnswer);
    if (answer !== undefined) {
      await ports.ledger.releaseLink(record.address, left);
      return answer;
    }
  }
  if (isOver(record, nowSeconds) || record.expiryCheck !== undefined) {
    const gone = await answerToExpired(change);
    if (gone !== undefined) return gone;
  }
  const lease = leaseFor(change);
  if (isTooShortToKeep(lease)) {
    if (left !== undefined) await ports.ledger.releaseLink(record.address, left);
    const path = 'ttl' in command && command.ttl !== undefined ? 'ttl' : 'keepUntil';
    const faults = [tooShortToKeep(path)];
    return { outcome: 'rejected', reason: 'invalid-command', faults, link: { ...record.address } };
  }
  if (!(await ports.ledger.leaseLink(record.address, lease, record.version, nowSeconds))) return 'try-again';
  // What was left may have changed what no GET shows. This update says it anew, and the record is true again.
  const again = left?.intended && isHidden(left.intended, record) ? { renewTtl: record.renewTtl } : {};
  const asked = command.action === 'update' ? { ...again, ...command } : command;
  return sendChange({ ...change, command: asked }, lease);
}

/** The answer to a command that needs no call, if the record gives one. */
function answerWithout(command: Change['command'], record: LinkRecord): Answer | undefined {
  switch (stateForChange(record, command)) {
    case 'applied':
      return done(record);
    case 'superseded':
      return { outcome: 'superseded', reason: 'later-change-applied', link: linkOf(record) };
    case 'deleted':
      return { outcome: 'rejected', reason: 'link-deleted', link: { ...record.address } };
    case 'due':
      return undefined;
  }
}

/**
 * A link that the ledger takes for expired may have been kept alive by clicks: a free GET tells, before quota is spent. The API
 * shows a dead link for up to 48 hours; an update would bring it back, which nobody has asked for.
 */
async function answerToExpired(change: Change): Promise<Answer | undefined> {
  const { command, record, receiveCount, secret, ports, nowSeconds } = change;
  const found = foundAtApi(await ports.api.read(record.address), nowSeconds);
  if (found.state === 'unknown') return returnCauseOf(found.meaning);
  if ('link' in found) {
    // Other data than the record's may be another create's link, whose record is still to come.
    const isRecorded = dataDigest(secret, found.link.data) === record.dataDigest;
    if (!isRecorded && receiveCount < deliveriesToWaitForCreate) return 'try-again';
    // A delete of a dead link makes its ID free at once.
    if (command.action === 'delete' || found.state === 'alive') return undefined;
  }
  if (command.action === 'update') return { outcome: 'rejected', reason: 'link-expired', link: { ...record.address } };
  return deleteRecord(change);
}

/** A link that nobody knows. The record that a delete of it leaves stops a create that was asked for earlier. */
async function answerToUnknown(
  { command, settings, ports }: Attempt<UpdateCommand | DeleteCommand>,
  nowSeconds: number,
): Promise<Answer> {
  const { onelinkId, shortlinkId } = command;
  const address = { onelinkId, shortlinkId };
  if (command.action === 'update') return { outcome: 'rejected', reason: 'link-not-found', link: address };
  const until = rememberedUntil(nowSeconds, settings.DEDUPLICATION_WINDOW_DAYS);
  const held = await ports.ledger.addLink(tombstoneOfUnknown(command, until));
  if (held !== undefined && !isMadeBy(held, command)) return 'try-again';
  return { outcome: 'deleted', link: { ...address, version: 1 } };
}

/** There is no link, or none any more: the record alone says so. */
async function deleteRecord(change: Change): Promise<Answer> {
  const next = deleted(change, change.command);
  return (await write(change, next)) ? done(next) : 'try-again';
}
