import { dataDigest } from '../domain/link/digest.ts';
import type { IntendedLink, Lease, LinkRecord } from '../domain/link/ledger-record.ts';
import { type FoundAtApi, foundAtApi, isOver, over } from '../domain/link/link-state.ts';
import type { ApiAnswer, LinkAtApi } from '../domain/onelink/api-answer.ts';
import { type Answer, answerOf, type NoDecision, returnCauseOf } from './answer.ts';
import type { Change } from './attempt.ts';
import { deleted, done, isHidden, updated, write } from './changed-link.ts';

/** The API's clock may be this much behind ours. */
const clockToleranceSeconds = 5;

/** Sends a change that holds its link, and writes down what came of it. */
export async function sendChange(change: Change, lease: Lease): Promise<Answer> {
  const { command, record, ports, nowSeconds } = change;
  const hides = lease.intended !== undefined && isHidden(lease.intended, record);
  let sent = await send(change);
  if (sent.meaning === 'ambiguous') {
    const settled = await settle(change, lease, lease);
    // Nobody could tell: the lease stays, for the next delivery, or the next change, to settle.
    if (typeof settled === 'string') return settled;
    if (settled !== record) return settled.applied.requestId === lease.requestId ? done(settled) : 'try-again';
    // A GET cannot show whether it came about: a PUT may be repeated, and only its answer tells.
    if (hides) sent = await send(change);
    if (sent.meaning === 'ambiguous') {
      if (!hides) await ports.ledger.releaseLink(record.address, lease);
      return 'try-again';
    }
  }
  if (sent.meaning === 'ok' && isEndUnknown(change, lease)) return readEnd(change, lease);
  const gone = sent.meaning === 'absent' && command.action === 'delete';
  if (sent.meaning === 'absent' && !gone) {
    return (await write(change, over(record, nowSeconds), lease)) ? answerOf(sent) : 'try-again';
  }
  if (sent.meaning !== 'ok' && !gone) {
    await ports.ledger.releaseLink(record.address, lease);
    return answerOf(sent);
  }
  const held = { data: command.action === 'update' ? command.data : {}, expiresAt: lease.intended?.expiresAt ?? 0 };
  const next = command.action === 'update' ? updated(change, lease, held) : deleted(change, lease);
  if (sent.meaning === 'ok' && sent.value !== null) next.shortUrl = sent.value.shortUrl;
  return (await write(change, next, lease)) ? done(next) : 'try-again';
}

function send({ command, record: { address }, ports }: Change): Promise<ApiAnswer<{ shortUrl: string } | null>> {
  return command.action === 'update' ? ports.api.update(address, command) : ports.api.delete(address);
}

/** An update that keeps a link's end, whose last clicks have moved it and nobody has seen: a free GET tells. */
function isEndUnknown({ command, record }: Change, { intended }: Lease): boolean {
  return command.action === 'update' && command.ttl === undefined && record.renewTtl && intended?.renewTtl === false;
}

/** The update was answered, and so is proven; the GET is asked for the end alone. Without an answer the lease stays. */
async function readEnd(change: Change, lease: Lease): Promise<Answer> {
  const found = await look(change);
  if (found.state === 'unknown') return returnCauseOf(found.meaning);
  const next = 'link' in found ? updated(change, lease, found.link) : over(change.record, change.nowSeconds);
  return (await write(change, next, lease)) && 'link' in found ? done(next) : 'try-again';
}

/**
 * Finds out what became of a change that left its lease behind. If it came about, that is written down, and the lease with
 * it ends: whoever comes next begins anew. So it is if the link is over, which an update that shortened its life may have
 * brought about: the record must not call it live until its old expiry.
 *
 * @param held the lease, if it is this invocation's own; one that was left has ended.
 * @returns the record as it was, if the change did not come about
 */
export async function settle(change: Change, left: Lease, held?: Lease): Promise<LinkRecord | NoDecision> {
  const found = await look(change);
  if (found.state === 'unknown') return returnCauseOf(found.meaning);
  const settled = settledBy(change, left, found);
  if (settled === undefined) return change.record;
  return (await write(change, settled, held)) ? settled : 'try-again';
}

function settledBy(change: Change, left: Lease, found: FoundAtApi): LinkRecord | undefined {
  const { record, nowSeconds } = change;
  if (!('link' in found)) return left.action === 'delete' ? deleted(change, left) : over(record, nowSeconds);
  const { link } = found;
  if (left.intended !== undefined && isProvenBy(change, left.intended, link)) return updated(change, left, link);
  return found.state === 'dead' && !isOver(record, nowSeconds) ? over(record, link.expiresAt) : undefined;
}

async function look({ record, ports, nowSeconds }: Change): Promise<FoundAtApi> {
  return foundAtApi(await ports.api.read(record.address), nowSeconds);
}

/**
 * Whether a GET proves that an update came about: all that it shows is as the update meant it. A field that no GET shows is
 * proven by one that it does show, since a PUT changes all or nothing. If every field it shows was the same before, it proves
 * nothing, and the PUT is sent again.
 */
function isProvenBy({ record, secret, nowSeconds }: Change, intended: IntendedLink, found: LinkAtApi): boolean {
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
