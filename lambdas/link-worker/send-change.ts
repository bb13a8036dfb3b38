import { dataDigest } from '../domain/link/digest.ts';
import type { IntendedLink, Lease, LinkRecord } from '../domain/link/ledger-record.ts';
import { type FoundAtApi, foundAtApi, isOver, over } from '../domain/link/link-state.ts';
import type { ApiAnswer, LinkAtApi } from '../domain/onelink/api-answer.ts';
import { type Answer, answerOf, type NoDecision, returnCauseOf } from './answer.ts';
import type { Change } from './attempt.ts';
import { deleted, done, isUnprovable, updated, write } from './changed-link.ts';

/** The API's clock may be behind ours by this much. */
const clockToleranceSeconds = 5;

/** Sends a change that has its link's lease, and records the result. */
export async function sendChange(change: Change, lease: Lease): Promise<Answer> {
  const { command, record, ports } = change;
  const hides = lease.intended !== undefined && isUnprovable(lease.intended, record);
  let sent = await send(change);
  if (sent.meaning === 'ambiguous') {
    const settled = await settle(change, lease, lease);
    // The result is unknown. The lease stays, and the next delivery or change verifies it.
    if (typeof settled === 'string') return settled;
    if (settled !== record) return settled.applied.requestId === lease.requestId ? done(settled) : 'try-again';
    // A GET cannot prove this change, but a PUT may be repeated, and its answer does.
    if (hides) sent = await send(change);
    if (sent.meaning === 'ambiguous') {
      if (!hides) await ports.ledger.releaseLink(record.address, lease);
      return 'try-again';
    }
  }
  if (sent.meaning === 'ok' && (isEndUnknown(change, lease) || lease.intended?.migrates)) {
    return readEnd(change, lease, sent.value?.shortUrl);
  }
  const isGone = sent.meaning === 'absent' && command.action === 'delete';
  if (sent.meaning === 'absent' && !isGone) {
    return (await write(change, gone(change), lease)) ? answerOf(sent) : 'try-again';
  }
  if (sent.meaning !== 'ok' && !isGone) {
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

/** Whether an update keeps an expiry that clicks may have extended, so only a GET, which is free, shows it. */
function isEndUnknown({ command, record }: Change, { intended }: Lease): boolean {
  return command.action === 'update' && command.ttl === undefined && record.renewTtl && intended?.renewTtl === false;
}

/** Reads the expiry after an update that the API has answered. Without an answer to the GET, the lease stays. */
async function readEnd(change: Change, lease: Lease, shortUrl?: string): Promise<Answer> {
  const found = await readLink(change);
  if (found.state === 'unknown') return returnCauseOf(found.meaning);
  const next = 'link' in found ? updated(change, lease, withEnd(found.link, change, lease)) : gone(change);
  if ('link' in found && shortUrl !== undefined) next.shortUrl = shortUrl;
  if ('link' in found && lease.intended?.migrates) next.renewTtl = renewalShownBy(change, found.link) ?? next.renewTtl;
  return (await write(change, next, lease)) && 'link' in found ? done(next) : 'try-again';
}

/**
 * No GET shows `renewTtl`. But a PUT without it and without a TTL begins the TTL of a renewing link anew. It leaves the expiry of any
 * other link. So the expiry before and after a migration shows which one the link is.
 *
 * @returns undefined if the expiry would be the same either way
 */
function renewalShownBy({ command, record, nowSeconds }: Change, { expiresAt }: LinkAtApi): boolean | undefined {
  if (command.action !== 'update' || command.renewTtl !== undefined || command.ttl !== undefined) return undefined;
  const begunAnew = nowSeconds + record.ttlSeconds - clockToleranceSeconds;
  if (expiresAt === undefined || record.expiresAt >= begunAnew) return undefined;
  if (expiresAt <= record.expiresAt + clockToleranceSeconds) return false;
  return expiresAt >= begunAnew ? true : undefined;
}

const gone = ({ record, nowSeconds }: Change) => over(record, nowSeconds);

/**
 * The link of a GET. If the API reports no expiry, it is the intended one. If the update keeps an expiry that clicks may
 * have extended, it is the latest that they can have caused. An earlier one would end the link's record too soon.
 */
function withEnd(found: LinkAtApi, { record, nowSeconds }: Change, { intended }: Lease): LinkAtApi {
  if (found.expiresAt !== undefined || intended === undefined) return found;
  const keepsEnd = !intended.renewTtl && record.renewTtl && intended.expiresAt === record.expiresAt;
  return { ...found, expiresAt: keepsEnd ? latestEnd(intended, record, nowSeconds) : intended.expiresAt };
}

/**
 * Verifies with a GET whether the API applied a change that has left its lease. If it did, the worker records the
 * change and removes the lease, and the next change starts afresh. It does the same if the link has expired, for
 * example by an update that shortened its life. Otherwise the record would call it live until its old expiry.
 *
 * @param held the lease, if it is this invocation's own; a crashed change's lease has ended
 * @returns the unchanged record, if the API did not apply the change
 */
export async function settle(change: Change, left: Lease, held?: Lease): Promise<LinkRecord | NoDecision> {
  const found = await readLink(change);
  if (found.state === 'unknown') return returnCauseOf(found.meaning);
  const settled = settledBy(change, left, found);
  if (settled === undefined) return change.record;
  return (await write(change, settled, held)) ? settled : 'try-again';
}

function settledBy(change: Change, left: Lease, found: FoundAtApi): LinkRecord | undefined {
  const { record, nowSeconds } = change;
  // Before its migration, the API may refuse to show the link.
  if (found.state === 'made-elsewhere' && left.intended?.migrates) return undefined;
  if (!('link' in found)) return left.action === 'delete' ? deleted(change, left) : gone(change);
  const { link } = found;
  if (left.intended !== undefined && isProvenBy(change, left.intended, link))
    return updated(change, left, withEnd(link, change, left));
  return found.state === 'dead' && !isOver(record, nowSeconds) ? over(record, found.link.expiresAt) : undefined;
}

async function readLink({ record, ports, nowSeconds }: Change): Promise<FoundAtApi> {
  return foundAtApi(await ports.api.read(record.address), nowSeconds);
}

/**
 * Whether a GET proves that the API applied an update: every visible field has the intended value. A changed visible
 * field also proves the hidden ones, because a PUT changes all or nothing. If no visible field has changed, the GET
 * proves nothing about hidden ones, and the PUT is sent again. Where the API reports no expiry, the data alone is visible.
 */
function isProvenBy({ record, secret, nowSeconds }: Change, intended: IntendedLink, found: LinkAtApi): boolean {
  const isAsIntended =
    dataDigest(secret, found.data) === intended.dataDigest &&
    (found.ttlSeconds ?? intended.ttlSeconds) === intended.ttlSeconds &&
    endFits(found, intended, record, nowSeconds);
  const isNew =
    intended.dataDigest !== record.dataDigest ||
    (found.ttlSeconds !== undefined && intended.ttlSeconds !== record.ttlSeconds);
  return isAsIntended && (isNew || (found.expiresAt !== undefined && !isUnprovable(intended, record)));
}

function endFits({ expiresAt }: LinkAtApi, intended: IntendedLink, record: LinkRecord, nowSeconds: number): boolean {
  if (expiresAt === undefined) return true;
  const latest = latestEnd(intended, record, nowSeconds) + clockToleranceSeconds;
  return expiresAt >= intended.expiresAt - clockToleranceSeconds && expiresAt <= latest;
}

/** The latest expiry that an update can have caused: the update, or the last click, was not later than now. */
function latestEnd({ ttlSeconds, renewTtl, expiresAt }: IntendedLink, before: LinkRecord, nowSeconds: number): number {
  // The update keeps an expiry that earlier clicks may have extended.
  const keepsEnd = !renewTtl && expiresAt === before.expiresAt;
  return keepsEnd && !before.renewTtl ? expiresAt : Math.max(expiresAt, nowSeconds + ttlSeconds);
}
