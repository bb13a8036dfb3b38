import { randomUUID } from 'node:crypto';
import type { CreateCommand } from '../domain/contract/command.ts';
import { dataAsText } from '../domain/contract/link-data.ts';
import type { Decision } from '../domain/contract/outcome.ts';
import { defaultTtlSeconds, ttlSeconds } from '../domain/contract/ttl.ts';
import { dataDigest, sameData } from '../domain/link/digest.ts';
import { type Claim, isLater, type LinkRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import { laneMetric } from '../domain/work/names.ts';
import { type Answer, answerOf, linkOf, returnCauseOf, staleAnswer } from './answer.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import type { LinkWorkerPorts } from './ports.ts';
import { addressesOf, isDead, isMadeBy, removeWhatCameBack } from './take-back.ts';

/**
 * Makes one link, exactly once. Under a derived ID no write announces it first; a chosen one is claimed before the POST.
 *
 * A derived ID on its first delivery is posted at once. Where an earlier attempt may have left something (a redelivery),
 * or the ID was chosen by the producer, the ledger and a free GET come first. A lost answer is settled by a GET, too:
 *
 *     POST ──ok────────────────────────────▶ created
 *      │ ├──409───────▶ GET ──ours─────────▶ created (adopted)
 *      │ │               ├────someone's────▶ conflict, or again under a derived ID
 *      │ │               └────404──────────▶ later: the API contradicts itself
 *      │ └──ambiguous─▶ GET ──ours─────────▶ created (adopted)
 *      └◀─────────────────────404 (it was not applied)
 *
 * @param mayWrite false for a command that is stale: then an earlier attempt's link is still recognised, but none made.
 */
export async function createLink(
  command: CreateCommand,
  delivery: { receiveCount: number; mayWrite: boolean },
  secret: string,
  settings: LinkWorkerEnvironment,
  ports: LinkWorkerPorts,
): Promise<Answer> {
  const { chosen, derived, derives } = addressesOf(command, secret, settings);
  const attempt = {
    command,
    secret,
    settings,
    ports,
    mayWrite: delivery.mayWrite,
    // A stale command comes first where a copy of it, in time, may have gone before.
    redelivered: delivery.receiveCount > 1 || !delivery.mayWrite,
  };
  // Nobody else has a link under a derived ID (link-id.ts): what says so must be mistaken, and may know better later.
  const makeDerived = async () => {
    const made = await makeAt(derived, attempt);
    return isConflict(made) ? 'try-again' : made;
  };
  if (chosen === undefined) return makeDerived();
  if (derives && attempt.redelivered) {
    // The chosen ID may have been another's when an earlier delivery came, and be free by now.
    const earlier = await makeAt(derived, { ...attempt, mayWrite: false });
    if (typeof earlier === 'string' || earlier.outcome === 'created') return earlier;
  }
  const made = await makeAt(chosen, { ...attempt, chosen: true });
  if (!isConflict(made)) return made;
  if (derives) return makeDerived();
  return attempt.mayWrite ? made : staleAnswer;
}

interface Attempt {
  command: CreateCommand;
  secret: string;
  settings: LinkWorkerEnvironment;
  ports: LinkWorkerPorts;
  mayWrite: boolean;
  redelivered: boolean;
  chosen?: boolean;
}

async function makeAt(address: LinkAddress, attempt: Attempt): Promise<Answer> {
  const { command, ports, chosen = false } = attempt;
  let lookFirst = chosen || attempt.redelivered;
  let refusedAsTaken = false;
  let seenAbsent = false;
  const before = lookFirst ? await ports.ledger.link(address) : undefined;
  if (before !== undefined) {
    if (isDeletedSince(command, before)) return buriedAnswer(before, attempt);
    if (isMadeBy(command, before)) return created(before);
    if (isAlive(before, ports) && !attempt.redelivered) return taken(address);
  }
  const claim = chosen ? claimBy(attempt) : undefined;
  let claimed = false;
  /** What ends without a link leaves the address to others. */
  const without = async (answer: Answer): Promise<Answer> => {
    if (claim !== undefined && (claimed || attempt.redelivered)) {
      await ports.ledger.releaseClaim(address, claim, nowSecondsOf(ports));
    }
    return answer;
  };
  // Twice round is enough for any single lost answer; a command that meets more of them comes back later.
  for (let round = 0; round < 3; round++) {
    if (lookFirst) {
      const found = await ports.api.read(address);
      if (found.meaning === 'ok') {
        const mayBeOwn = attempt.redelivered || round > 0;
        const isOurs = !chosen || isOwn(found.value, attempt, { before: seenAbsent ? undefined : before, mayBeOwn });
        return isOurs ? record(address, attempt, found.value) : without(taken(address, isDead(found.value, ports)));
      }
      // Made in the user interface or by an SDK: not ours, and not to be touched.
      if (found.meaning === 'permanent') return without(taken(address));
      if (found.meaning !== 'absent') return returnCauseOf(found.meaning);
      if (before !== undefined && isAlive(before, ports)) return without(taken(address));
      if (refusedAsTaken) return without('try-again');
      seenAbsent = true;
    }
    if (!attempt.mayWrite) return staleAnswer;
    if (claim !== undefined && !claimed) {
      const held = { nowSeconds: nowSecondsOf(ports), recorded: before };
      claimed = await ports.ledger.claimAddress(address, claim, held);
      // Another create, or another copy of this one, is at it.
      if (!claimed) return 'try-again';
    }
    const sentAtSeconds = nowSecondsOf(ports);
    const made = await ports.api.create(address, command);
    switch (made.meaning) {
      case 'ok':
        return record(address, attempt, {
          shortUrl: made.value.shortUrl,
          expiresAt: sentAtSeconds + ttlOf(command, attempt.settings),
        });
      case 'exists':
        ports.observer.count(laneMetric.takenIdMet);
        refusedAsTaken = true;
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

function claimBy({ command, settings, ports }: Attempt): Claim {
  const nowSeconds = nowSecondsOf(ports);
  return {
    source: command.source,
    requestId: command.requestId,
    until: nowSeconds + settings.LEASE_SECONDS,
    token: randomUUID(),
    expiresAt: nowSeconds + settings.REQUEST_HORIZON_DAYS * 86_400,
  };
}

function nowSecondsOf({ clock }: LinkWorkerPorts): number {
  return Math.floor(clock.wallMilliseconds() / 1000);
}

/** The API's clock may be this much ahead of ours. */
const clockToleranceSeconds = 5 * 60;

/**
 * Whether a link under a chosen ID is the one that was asked for. What the ledger has there may be another request's,
 * clicked beyond its time; and a dead link, which the API shows for up to 48 hours more, can only be what an earlier attempt
 * has made.
 */
function isOwn(
  found: LinkAtApi,
  { command, secret, settings, ports }: Attempt,
  { before, mayBeOwn }: { before: LinkRecord | undefined; mayBeOwn: boolean },
): boolean {
  if (!sameData(command.data, found.data)) return false;
  // Made by now with this TTL, it could not live longer.
  const latestEnd = nowSecondsOf(ports) + ttlOf(command, settings);
  if (found.expiresAt > latestEnd + clockToleranceSeconds) return false;
  if (before !== undefined && isOf(before, dataDigest(secret, found.data))) return false;
  return mayBeOwn || !isDead(found, ports);
}

/** Writes the link's record; what is there already decides, unless it is history. */
async function record(
  address: LinkAddress,
  attempt: Attempt,
  known: Omit<LinkAtApi, 'data'> & { data?: LinkAtApi['data']; shortUrl?: string },
): Promise<Answer> {
  const { command, secret, settings, ports, chosen = false } = attempt;
  // Under a derived ID, an update may have changed what is adopted here before its record was gone.
  const { data = command.data } = known;
  const texts = sameData(command.data, data) ? command.data : dataAsText(data);
  const domain = command.brandDomain ?? settings.TEMPLATES[address.onelinkId]?.domain;
  const fresh: LinkRecord = {
    address,
    source: command.source,
    requestId: command.requestId,
    state: 'live',
    // A GET does not tell the URL of an adopted link; it is put together as the API does it.
    shortUrl: known.shortUrl ?? `https://${domain}/${address.onelinkId}/${address.shortlinkId}`,
    pid: texts.pid ?? '',
    ...(texts.c !== undefined && { campaign: texts.c }),
    dataDigest: dataDigest(secret, texts),
    ...(settings.KEEP_DATA === 'full' && { data: texts }),
    ttlSeconds: known.ttlSeconds ?? ttlOf(command, settings),
    renewTtl: command.renewTtl ?? true,
    version: 1,
    applied: { requestedAt: command.requestedAt, requestId: command.requestId },
    expiresAt: known.expiresAt,
    ...(command.keepUntil !== undefined && { keepUntil: Math.floor(Date.parse(command.keepUntil) / 1000) }),
  };
  const held = await ports.ledger.addLink(fresh);
  if (held === undefined) {
    // DynamoDB may have deleted the record of an earlier link here, whose image is still to go.
    if (chosen) await ports.qrImages.remove(address);
    return created(fresh);
  }
  if (isDeletedSince(command, held)) return buriedAnswer(held, attempt);
  if (isMadeBy(command, held)) return created(held);
  // An expired or deleted link had this address before. So had one that is live in the ledger, if the API has just made ours
  // (the address was free then), or holds ours and not that one.
  const wasMadeNow = known.shortUrl !== undefined;
  const isHistory = !isAlive(held, ports) || wasMadeNow || !isOf(held, fresh.dataDigest);
  if (!isHistory) return taken(address);
  await ports.qrImages.remove(address);
  const next = { ...fresh, version: held.version + 1 };
  const nowSeconds = nowSecondsOf(ports);
  const replaced = await ports.ledger.replaceLink(next, { version: held.version, nowSeconds, anew: true });
  return replaced ? created(next) : 'try-again';
}

/** A create that comes after the delete of its own link, or after a delete that was asked for later. */
async function buriedAnswer(record: LinkRecord, attempt: Attempt): Promise<Answer> {
  const { command, ports, chosen = false } = attempt;
  const left = await removeWhatCameBack(command, record.address, { chosen }, ports);
  if (left !== undefined) return left;
  if (isMadeBy(command, record)) return created(record);
  return {
    outcome: 'superseded',
    reason: 'later-change-applied',
    link: { ...record.address, version: record.version },
  };
}

function created(record: LinkRecord): Answer {
  return { outcome: 'created', link: linkOf(record) };
}

/** The address is another link's, if only until the API removes it. */
function taken(address: LinkAddress, dead = false): Decision {
  return { outcome: 'conflict', reason: dead ? 'expired-link-remains' : 'shortlink-id-taken', link: { ...address } };
}

function isConflict(answer: Answer): boolean {
  return typeof answer !== 'string' && answer.outcome === 'conflict';
}

/** Whether a link with this data is the live one that the record speaks of, be it after a change under way. */
function isOf({ state, dataDigest: known, lease }: LinkRecord, digest: string): boolean {
  return state === 'live' && (known === digest || lease?.intended?.dataDigest === digest);
}

/** Deleted by its owner after this create had made it, or by a delete that was asked for after this create. */
function isDeletedSince(command: CreateCommand, record: LinkRecord): boolean {
  if (record.state !== 'deleted' || record.source !== command.source) return false;
  return isMadeBy(command, record) || isLater(record.applied, command);
}

function isAlive(record: LinkRecord, { clock }: LinkWorkerPorts): boolean {
  return record.state === 'live' && record.expiresAt * 1000 > clock.wallMilliseconds();
}

function ttlOf({ ttl }: CreateCommand, { MAX_TTL_DAYS }: LinkWorkerEnvironment): number {
  return (ttl === undefined ? undefined : ttlSeconds(ttl, MAX_TTL_DAYS)) ?? defaultTtlSeconds;
}
