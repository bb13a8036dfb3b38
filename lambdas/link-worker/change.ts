import { type DeleteCommand, tooShortToKeep, type UpdateCommand } from '../domain/contract/command.ts';
import { dataDigest } from '../domain/link/digest.ts';
import { subjectErased } from '../domain/link/erasure.ts';
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
import { deleted, done, isTooShortToKeep, leaseFor, write } from './changed-link.ts';
import { linkOfCommand } from './link-of-command.ts';
import { sendChange, settle } from './send-change.ts';

/**
 * Updates or deletes one link, in the order in which its changes were requested:
 *
 *     link record ─▶ requested after the last applied change? ─▶ lease ─▶ PUT or DELETE ─▶ link record without lease
 *                     └─ no: superseded                           (held by another: later)
 *
 * A crash or a lost answer leaves a lease with the change's intended state. After that lease has ended, the next change
 * verifies it with a GET, which is free, before it sends anything. A redelivery of the same command does the same.
 * Until the verification is written, the lease stays, so the verifying worker may crash too.
 */
export async function changeLink(
  attempt: Attempt<UpdateCommand | DeleteCommand> & Pick<Change, 'migrates'>,
): Promise<Answer> {
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
    // The link is deleted already. But this later delete must stop a create that was requested between the two.
    return deleteRecord(change);
  }
  // An earlier delivery may have crashed between the record and the image.
  if (early !== undefined && record.state === 'deleted') await ports.qrImages.remove(record);
  // If this command has already begun, it is completed regardless of the order and of its validUntil.
  if (early !== undefined && !isOwn) return early;
  if (!mayWrite && !isOwn) return staleAnswer;
  // Another change, or another copy of this one, holds the link.
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
  // The crashed change may have altered `renewTtl`, which no GET shows. This update sets it again, so the record is true.
  const isAltered = left?.intended !== undefined && left.intended.renewTtl !== record.renewTtl;
  const again = isAltered ? { renewTtl: record.renewTtl } : {};
  const asked = command.action === 'update' ? { ...again, ...command } : command;
  return sendChange({ ...change, command: asked }, lease);
}

/** The answer from the record alone, if it needs no call. */
function answerWithout(command: Change['command'], record: LinkRecord): Answer | undefined {
  switch (stateForChange(record, command)) {
    case 'applied':
      return done(record);
    case 'superseded':
      if (record.erased) return subjectErased;
      return { outcome: 'superseded', reason: 'later-change-applied', link: linkOf(record) };
    case 'deleted':
      if (record.erased) return subjectErased;
      return { outcome: 'rejected', reason: 'link-deleted', link: { ...record.address } };
    case 'due':
      return undefined;
  }
}

/**
 * Answers a change of a link that is expired by its record. Clicks may have kept it live, so a GET, which is free,
 * verifies it before quota is spent. The API shows an expired link for up to 48 hours. An update must not make it live
 * again. If the API reports no expiry, a link that clicks cannot extend has expired by its record. Any other link may live.
 */
async function answerToExpired(change: Change): Promise<Answer | undefined> {
  const { command, record, receiveCount, secret, ports, nowSeconds } = change;
  const found = foundAtApi(await ports.api.read(record.address), nowSeconds);
  if (found.state === 'unknown') return returnCauseOf(found.meaning);
  if ('link' in found) {
    // Data that differs from the record's may be another create's link, whose record is still under way.
    const isRecorded = dataDigest(secret, found.link.data) === record.dataDigest;
    if (!isRecorded && receiveCount < deliveriesToWaitForCreate) return 'try-again';
    // A delete of an expired link frees its ID at once.
    const isCertain = found.link.expiresAt === undefined && !record.renewTtl && isOver(record, nowSeconds);
    if (command.action === 'delete' || (found.state === 'alive' && !isCertain)) return undefined;
  }
  if (command.action === 'update') return { outcome: 'rejected', reason: 'link-expired', link: { ...record.address } };
  return deleteRecord(change);
}

/**
 * Answers a change of an unknown link. A delete leaves a tombstone, which stops a create that was requested earlier.
 */
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

/** Deletes the record alone, because the link does not exist. */
async function deleteRecord(change: Change): Promise<Answer> {
  const next = deleted(change, change.command);
  return (await write(change, next)) ? done(next) : 'try-again';
}
