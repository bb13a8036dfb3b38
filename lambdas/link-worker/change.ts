import type { DeleteCommand, QrCommand, UpdateCommand } from '../domain/command.ts';
import { dataDigest, sameData } from '../domain/digest.ts';
import { isLater, type LinkRecord } from '../domain/ledger-record.ts';
import type { LinkAddress } from '../domain/link-id.ts';
import { ttlSeconds } from '../domain/ttl.ts';
import { type Answer, answerOf, linkOf, returnCauseOf } from './answer.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import type { LinkWorkerPorts } from './ports.ts';

/**
 * A change may arrive before the create of its link, which may even have crashed and be waiting for its own redelivery.
 * So a change of an unknown link waits for eight deliveries: with the delays of return-delay.ts (10 s, doubling, at least
 * half of each), that is 635 s or more, which a queue's visibility time-out of 365 s (lib/rate-budget.ts) fits into.
 */
const deliveriesToWaitForCreate = 8;

/**
 * The link that a command speaks of, or why it may not: only the source that made a link may change it or have its code.
 */
export async function ownedLink(
  command: UpdateCommand | DeleteCommand | QrCommand,
  receiveCount: number,
  { api, ledger }: LinkWorkerPorts,
): Promise<{ record: LinkRecord } | { answer: Answer }> {
  const address = { onelinkId: command.onelinkId, shortlinkId: command.shortlinkId };
  const record = await ledger.link(address);
  if (record?.source === command.source) {
    // What this very command has done already is for its own function to recognise.
    const gone = record.state === 'deleted' && record.applied.requestId !== command.requestId;
    return gone ? { answer: { outcome: 'rejected', reason: 'link-deleted', link: address } } : { record };
  }
  if (record !== undefined) return { answer: notOwner(address) };
  if (receiveCount < deliveriesToWaitForCreate) return { answer: 'try-again' };
  const found = await api.read(address);
  if (found.meaning === 'absent') return { answer: { outcome: 'rejected', reason: 'link-not-found', link: address } };
  if (found.meaning === 'ok' || found.meaning === 'permanent') return { answer: notOwner(address) };
  return { answer: returnCauseOf(found.meaning) };
}

/** Replaces a link's data, and its TTL and renewal where the command names them. */
export async function updateLink(
  command: UpdateCommand,
  receiveCount: number,
  secret: string,
  settings: LinkWorkerEnvironment,
  ports: LinkWorkerPorts,
): Promise<Answer> {
  const owned = await ownedLink(command, receiveCount, ports);
  if ('answer' in owned) return owned.answer;
  const { record } = owned;
  if (record.applied.requestId === command.requestId) return { outcome: 'updated', link: linkOf(record) };
  if (!isLater(command, record.applied)) return superseded(record);

  const nowSeconds = Math.floor(ports.clock.wallMilliseconds() / 1000);
  const lifetime = lifetimeAfter(command, record, settings.MAX_TTL_DAYS, nowSeconds);
  let { shortUrl } = record;
  const put = await ports.api.update(record.address, command);
  if (put.meaning === 'ok') {
    shortUrl = put.value.shortUrl;
  } else if (put.meaning === 'ambiguous') {
    const found = await ports.api.read(record.address);
    if (found.meaning !== 'ok' || !sameData(command.data, found.value.data)) return 'try-again';
    lifetime.expiresAt = found.value.expiresAt;
  } else {
    return answerOf(put);
  }

  const { data: _, campaign: __, ...kept } = record;
  const next: LinkRecord = {
    ...kept,
    ...lifetime,
    shortUrl,
    pid: command.data.pid ?? '',
    ...(command.data.c !== undefined && { campaign: command.data.c }),
    dataDigest: dataDigest(secret, command.data),
    ...(settings.KEEP_DATA === 'full' && { data: command.data }),
    version: record.version + 1,
    applied: { requestedAt: command.requestedAt, requestId: command.requestId },
  };
  const replaced = await ports.ledger.replaceLink(next, record.version);
  return replaced ? { outcome: 'updated', link: linkOf(next) } : 'try-again';
}

/**
 * An update with a TTL replaces it and starts it anew. Without one, a link that renews itself starts its own TTL anew, as
 * any update or click does, and one that does not keeps its expiry.
 */
function lifetimeAfter(command: UpdateCommand, record: LinkRecord, maxTtlDays: number, nowSeconds: number) {
  const given = command.ttl === undefined ? undefined : ttlSeconds(command.ttl, maxTtlDays);
  const ttl = given ?? record.ttlSeconds;
  const renewTtl = command.renewTtl ?? record.renewTtl;
  const startsAnew = given !== undefined || renewTtl;
  return { ttlSeconds: ttl, renewTtl, expiresAt: startsAnew ? nowSeconds + ttl : record.expiresAt };
}

/** Deletes a link; its record stays for the horizon and remembers that. */
export async function deleteLink(
  command: DeleteCommand,
  receiveCount: number,
  settings: LinkWorkerEnvironment,
  ports: LinkWorkerPorts,
): Promise<Answer> {
  const owned = await ownedLink(command, receiveCount, ports);
  if ('answer' in owned) return owned.answer;
  const { record } = owned;
  if (record.applied.requestId === command.requestId) return deletedOutcome(record);
  if (!isLater(command, record.applied)) return superseded(record);

  const deleted = await ports.api.delete(record.address);
  if (deleted.meaning === 'ambiguous') {
    const found = await ports.api.read(record.address);
    if (found.meaning !== 'absent') return returnCauseOf(found.meaning);
  } else if (deleted.meaning !== 'ok' && deleted.meaning !== 'absent') return answerOf(deleted);

  const next: LinkRecord = {
    ...record,
    state: 'deleted',
    version: record.version + 1,
    applied: { requestedAt: command.requestedAt, requestId: command.requestId },
    expiresAt: Math.floor(ports.clock.wallMilliseconds() / 1000) + settings.REQUEST_HORIZON_DAYS * 86_400,
  };
  if (!(await ports.ledger.replaceLink(next, record.version))) return 'try-again';
  return deletedOutcome(next);
}

function deletedOutcome({ address, version }: LinkRecord): Answer {
  return { outcome: 'deleted', link: { ...address, version } };
}

function superseded(record: LinkRecord): Answer {
  return { outcome: 'superseded', reason: 'later-change-applied', link: linkOf(record) };
}

function notOwner(address: LinkAddress): Answer {
  return { outcome: 'rejected', reason: 'not-owner', link: { ...address } };
}
