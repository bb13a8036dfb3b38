import type { LinkAtApi } from '../domain/api-answer.ts';
import type { CreateCommand } from '../domain/command.ts';
import { dataDigest, sameData } from '../domain/digest.ts';
import { isLater, type LinkRecord } from '../domain/ledger-record.ts';
import { deriveLinkId, type LinkAddress } from '../domain/link-id.ts';
import { defaultTtlSeconds, ttlSeconds } from '../domain/ttl.ts';
import { laneMetric } from '../names.ts';
import { type Answer, answerOf, linkOf, returnCauseOf, staleAnswer } from './answer.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import type { LinkWorkerPorts } from './ports.ts';

/**
 * Makes one link, exactly once, without a write that announces it first.
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
  const derived: LinkAddress = {
    onelinkId: command.onelinkId,
    shortlinkId: deriveLinkId(secret, command, settings.LINK_ID_LENGTH),
  };
  const attempt = {
    command,
    secret,
    settings,
    ports,
    mayWrite: delivery.mayWrite,
    redelivered: delivery.receiveCount > 1,
  };
  if (command.shortlinkId === undefined) return (await makeAt(derived, attempt)) ?? 'try-again';

  const chosen: LinkAddress = { onelinkId: command.onelinkId, shortlinkId: command.shortlinkId };
  const derives = (command.onConflict ?? settings.CONFLICT_POLICY) === 'derive';
  if (derives && attempt.redelivered) {
    // The chosen ID may have been another's when an earlier delivery came, and be free by now.
    const earlier = await makeAt(derived, { ...attempt, mayWrite: false });
    if (typeof earlier === 'string' || earlier?.outcome === 'created') return earlier;
  }
  const made = await makeAt(chosen, { ...attempt, chosen: true });
  if (made !== undefined) return made;
  if (derives) return (await makeAt(derived, attempt)) ?? 'try-again';
  return { outcome: 'conflict', reason: 'shortlink-id-taken', link: { ...chosen } };
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

/** @returns undefined when the address belongs to another link. */
async function makeAt(address: LinkAddress, attempt: Attempt): Promise<Answer | undefined> {
  const { command, secret, ports, chosen = false } = attempt;
  let lookFirst = chosen || attempt.redelivered;
  let refusedAsTaken = false;
  let seenAbsent = false;
  const before = lookFirst ? await ports.ledger.link(address) : undefined;
  if (before !== undefined) {
    if (isDeletedSince(command, before)) return buried(before, attempt);
    if (isMadeBy(command, before)) return created(before);
    if (isAlive(before, ports)) return undefined;
  }
  // Twice round is enough for any single lost answer; a command that meets more of them comes back later.
  for (let round = 0; round < 3; round++) {
    if (lookFirst) {
      const found = await ports.api.read(address);
      if (found.meaning === 'ok') {
        // Under a derived ID a link can only be ours (link-id.ts); under a chosen one, if it is what was asked for.
        // What the ledger took for expired may be alive after all, and another request's: unless it was not there a moment
        // ago, or is not what the record says.
        const isRecorded = before?.state === 'live' && before.dataDigest === dataDigest(secret, found.value.data);
        const ours = !chosen || (sameData(command.data, found.value.data) && (seenAbsent || !isRecorded));
        return ours ? record(address, attempt, { expiresAt: found.value.expiresAt }) : undefined;
      }
      // Made in the user interface or by an SDK: not ours, and not to be touched.
      if (found.meaning === 'permanent') return undefined;
      if (found.meaning !== 'absent') return returnCauseOf(found.meaning);
      if (refusedAsTaken) return 'try-again';
      seenAbsent = true;
    }
    if (!attempt.mayWrite) return staleAnswer;
    const sentAtSeconds = Math.floor(ports.clock.wallMilliseconds() / 1000);
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
        return answerOf(made);
    }
  }
  return 'try-again';
}

/** Writes the link's record; what is there already decides, if it is alive. */
async function record(
  address: LinkAddress,
  attempt: Attempt,
  known: Pick<LinkAtApi, 'expiresAt'> & { shortUrl?: string },
): Promise<Answer | undefined> {
  const { command, secret, settings, ports } = attempt;
  const domain = command.brandDomain ?? settings.TEMPLATES[address.onelinkId]?.domain;
  const fresh: LinkRecord = {
    address,
    source: command.source,
    requestId: command.requestId,
    state: 'live',
    // A GET does not tell the URL of an adopted link; it is put together as the API does it.
    shortUrl: known.shortUrl ?? `https://${domain}/${address.onelinkId}/${address.shortlinkId}`,
    pid: command.data.pid ?? '',
    ...(command.data.c !== undefined && { campaign: command.data.c }),
    dataDigest: dataDigest(secret, command.data),
    ...(settings.KEEP_DATA === 'full' && { data: command.data }),
    ttlSeconds: ttlOf(command, settings),
    renewTtl: command.renewTtl ?? true,
    version: 1,
    applied: { requestedAt: command.requestedAt, requestId: command.requestId },
    expiresAt: known.expiresAt,
    ...(command.keepUntil !== undefined && { keepUntil: Math.floor(Date.parse(command.keepUntil) / 1000) }),
  };
  const held = await ports.ledger.addLink(fresh);
  if (held === undefined) return created(fresh);
  if (isDeletedSince(command, held)) return buried(held, attempt);
  if (isMadeBy(command, held)) return created(held);
  if (isAlive(held, ports)) return undefined;
  // An expired or deleted link had this address before.
  const next = { ...fresh, version: held.version + 1 };
  const nowSeconds = Math.floor(ports.clock.wallMilliseconds() / 1000);
  return (await ports.ledger.replaceLink(next, { version: held.version, nowSeconds })) ? created(next) : 'try-again';
}

/**
 * A create that comes after the delete of its own link, or after a delete that was asked for later. Should a copy of it
 * have brought the link back meanwhile, it goes again; but not what somebody else has made there since.
 */
async function buried(record: LinkRecord, { command, ports, chosen = false }: Attempt): Promise<Answer> {
  const found = await ports.api.read(record.address);
  if (found.meaning === 'ok' && (!chosen || sameData(command.data, found.value.data))) {
    const removed = await ports.api.delete(record.address);
    if (removed.meaning !== 'ok' && removed.meaning !== 'absent') return returnCauseOf(removed.meaning);
  } else if (found.meaning !== 'ok' && found.meaning !== 'absent') {
    return returnCauseOf(found.meaning);
  }
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

function isMadeBy({ source, requestId }: CreateCommand, record: LinkRecord): boolean {
  return record.source === source && record.requestId === requestId;
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
