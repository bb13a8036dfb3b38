import { randomUUID } from 'node:crypto';
import type { CreateCommand } from '../domain/contract/command.ts';
import { dataDigest, sameData } from '../domain/link/digest.ts';
import type { Claim, LinkRecord } from '../domain/link/ledger-record.ts';
import {
  foundAtApi,
  isAlive,
  isClaimedByAnother,
  isMadeBy,
  isOf,
  isOver,
  rememberedUntil,
  stateForCreate,
} from '../domain/link/link-state.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import { secondsNow } from '../domain/work/clock.ts';
import { laneMetric } from '../domain/work/names.ts';
import { type Answer, answerOf, returnCauseOf, staleAnswer } from './answer.ts';
import type { Attempt } from './attempt.ts';
import { type AttemptAt, addressesOf } from './compensation.ts';
import { answerInRecord, recordMade, taken, ttlOf } from './created-link.ts';

/**
 * Makes one link, exactly once. A create under a derived ID needs no write before its POST. A create under a chosen ID
 * claims the address first. An address whose record or claim is another source's stays that source's, even if its link
 * has ended. Otherwise another source could choose where a known short URL leads.
 *
 * The first delivery under a derived ID sends its POST at once. A redelivery, or a create under a chosen ID, first
 * reads the ledger and sends a GET, which is free. A GET also verifies a lost answer:
 *
 *     POST ──ok────────────────────────────▶ created
 *      │ ├──409───────▶ GET ──ours─────────▶ created (adopted)
 *      │ │               ├────another's────▶ conflict, or again under a derived ID
 *      │ │               └────404──────────▶ later, because the API contradicts itself
 *      │ ├──refused with unknown words ─▶ GET, as after a 409, but 404 ──▶ rejected
 *      │ └──ambiguous─▶ GET ──ours─────────▶ created (adopted)
 *      └◀─────────────────────404 (it was not applied)
 *
 * If a GET reports no expiry, an adopted link gets the latest one that it can have.
 */
export async function createLink(attempt: Attempt<CreateCommand>): Promise<Answer> {
  const { chosen, derived, derives } = addressesOf(attempt);
  const atDerived = { ...attempt, address: derived, isChosen: false };
  // No other link has a derived ID (link-id.ts), so a conflict is an error, and the worker tries again later.
  const makeDerived = async () => {
    const made = await makeAt(atDerived);
    return isConflict(made) ? 'try-again' : made;
  };
  if (chosen === undefined) return makeDerived();
  if (derives && isRedelivered(attempt)) {
    // At an earlier delivery, another link may have had the chosen ID, which may be free since.
    const earlier = await makeAt({ ...atDerived, mayWrite: false });
    if (typeof earlier === 'string' || earlier.outcome === 'created') return earlier;
  }
  const made = await makeAt({ ...attempt, address: chosen, isChosen: true });
  if (!isConflict(made)) return made;
  if (derives) return makeDerived();
  return attempt.mayWrite ? made : staleAnswer;
}

async function makeAt(attempt: AttemptAt): Promise<Answer> {
  const { command, address, isChosen, ports } = attempt;
  const { ledger, api, clock } = ports;
  const redelivered = isRedelivered(attempt);
  let lookFirst = isChosen || redelivered;
  let refusedAsTaken = false;
  let refusal: Answer | undefined;
  let firstSentAt: number | undefined;
  let seenAbsent = false;
  const before = lookFirst ? await ledger.link(address) : undefined;
  const isAnothers = isChosen && before !== undefined && stateForCreate(before, command) === 'not-owner';
  if (before !== undefined) {
    const answer = await answerInRecord(before, attempt);
    if (answer !== undefined) return answer;
    if (isAlive(before, secondsNow(clock)) && !redelivered) return taken(address);
    // The record may have returned after this create's POST, because the intake restores a removed one.
    if (isAnothers && !(redelivered && (await hasClaimed(attempt)))) return taken(address);
  }
  const claim = isChosen ? claimBy(attempt) : undefined;
  let claimed = false;
  /** Releases the claim of a create that ends without a link. */
  const without = async (answer: Answer): Promise<Answer> => {
    if (claim !== undefined && (claimed || redelivered)) await ledger.releaseClaim(address, claim, secondsNow(clock));
    return answer;
  };
  // Two rounds are enough for one lost answer. After more lost answers, the command returns later.
  for (let round = 0; round < 3; round++) {
    if (lookFirst) {
      const found = foundAtApi(await api.read(address), secondsNow(clock));
      if (found.state === 'unknown') return returnCauseOf(found.meaning);
      // Another system's link, which the API cannot change.
      if (found.state === 'made-elsewhere') return without(taken(address));
      if (found.state !== 'absent') {
        if (refusal !== undefined) ports.observer.count(laneMetric.takenIdMet);
        const tellsEnd = found.link.expiresAt !== undefined;
        const mayBeOwn = redelivered || round > 0 || (!tellsEnd && isChosen && (await hasClaimed(attempt)));
        const isOurs = !isChosen || isOwn(found.link, attempt, { before: seenAbsent ? undefined : before, mayBeOwn });
        if (!isOurs || (isChosen && !claimed && (await belongsToAnother(attempt)))) {
          return without(taken(address, found.state));
        }
        const latestEnd = (firstSentAt ?? secondsNow(clock)) + ttlOf(attempt);
        return recordMade(attempt, { ...found.link, expiresAt: found.link.expiresAt ?? latestEnd });
      }
      if (isAnothers || (before !== undefined && isAlive(before, secondsNow(clock)))) return without(taken(address));
      if (refusal !== undefined) return without(refusal);
      if (refusedAsTaken) return without('try-again');
      seenAbsent = true;
    }
    if (!attempt.mayWrite) return staleAnswer;
    if (claim !== undefined && !claimed) {
      claimed = await ledger.claimAddress(address, claim, { nowSeconds: secondsNow(clock), recorded: before });
      // Another create, or another copy of this one, holds the claim.
      if (!claimed) return (await belongsToAnother(attempt, { evenRunning: false })) ? taken(address) : 'try-again';
    }
    const sentAtSeconds = secondsNow(clock);
    firstSentAt ??= sentAtSeconds;
    const made = await api.create(address, command);
    switch (made.meaning) {
      case 'ok':
        return recordMade(attempt, { shortUrl: made.value.shortUrl, expiresAt: sentAtSeconds + ttlOf(attempt) });
      case 'exists':
        ports.observer.count(laneMetric.takenIdMet);
        refusedAsTaken = true;
        lookFirst = true;
        break;
      case 'taken-or-invalid':
        refusal = answerOf(made);
        lookFirst = true;
        break;
      case 'ambiguous':
        lookFirst = true;
        break;
      default:
        return without(answerOf(made));
    }
  }
  return 'try-again';
}

/**
 * Whether an earlier attempt may have made something. A first delivery of a stale command may follow a copy that was in
 * time.
 */
function isRedelivered({ receiveCount, mayWrite }: Attempt): boolean {
  return receiveCount > 1 || !mayWrite;
}

/** Whether this create has claimed its address, so that an earlier delivery may have made the link there. */
async function hasClaimed({ command, address, ports }: AttemptAt): Promise<boolean> {
  const claim = await ports.ledger.claimOf(address);
  return claim !== undefined && isMadeBy(claim, command) && claim.until !== 0;
}

/**
 * Whether another source's claim reserves the address. A link at the API is then not this create's, even with equal data.
 *
 * @param evenRunning whether a running claim counts, too. Its create may still end without a link.
 */
async function belongsToAnother(
  { command, address, ports }: AttemptAt,
  { evenRunning } = { evenRunning: true },
): Promise<boolean> {
  const claim = await ports.ledger.claimOf(address);
  if (claim === undefined || !isClaimedByAnother(claim, command)) return false;
  return evenRunning || claim.until < secondsNow(ports.clock);
}

function claimBy({ command, settings, ports }: AttemptAt): Claim {
  const nowSeconds = secondsNow(ports.clock);
  return {
    source: command.source,
    requestId: command.requestId,
    until: nowSeconds + settings.LEASE_SECONDS,
    token: randomUUID(),
    expiresAt: rememberedUntil(nowSeconds, settings.DEDUPLICATION_WINDOW_DAYS),
  };
}

/** The API's clock may be ahead of ours by this much. */
const clockToleranceSeconds = 5 * 60;

/**
 * Whether a link under a chosen ID is the requested one. The ledger's record there may be another request's link, which
 * clicks keep live. An expired link, which the API shows for up to 48 hours, is the requested one only if an earlier
 * attempt made it. The same holds for a link whose expiry the API does not report, because it may be expired.
 */
function isOwn(
  found: LinkAtApi,
  attempt: AttemptAt,
  { before, mayBeOwn }: { before: LinkRecord | undefined; mayBeOwn: boolean },
): boolean {
  const { command, secret, ports } = attempt;
  if (!sameData(command.data, found.data)) return false;
  // A link made before now with this TTL cannot expire later.
  const latestEnd = secondsNow(ports.clock) + ttlOf(attempt);
  if (found.expiresAt !== undefined && found.expiresAt > latestEnd + clockToleranceSeconds) return false;
  if (before !== undefined && isOf(before, dataDigest(secret, found.data))) return false;
  return mayBeOwn || (found.expiresAt !== undefined && !isOver(found, secondsNow(ports.clock)));
}

function isConflict(answer: Answer): boolean {
  return typeof answer !== 'string' && answer.outcome === 'conflict';
}
