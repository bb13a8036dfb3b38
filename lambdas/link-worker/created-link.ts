import type { CreateCommand } from '../domain/contract/command.ts';
import { dataAsText } from '../domain/contract/link-data.ts';
import type { Decision } from '../domain/contract/outcome.ts';
import { defaultTtlSeconds, ttlSeconds } from '../domain/contract/ttl.ts';
import { dataDigest, sameData, subjectOf } from '../domain/link/digest.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import { isAlive, isMadeBy, isOf, linkOf, stateForCreate } from '../domain/link/link-state.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import { secondsNow } from '../domain/work/clock.ts';
import type { Answer } from './answer.ts';
import type { Attempt } from './attempt.ts';
import { type AttemptAt, deleteRemaining } from './compensation.ts';

/** A link that this create has made, or has found to be its own. */
type Known = Omit<LinkAtApi, 'data' | 'expiresAt'> & {
  /** Epoch seconds. */
  expiresAt: number;
  /** The data of a GET. */
  data?: LinkAtApi['data'];
  /** Only if the API has just made the link, because a GET does not return it. */
  shortUrl?: string;
};

/** The answer to a create from the record at its address, or undefined if the record is another link's. */
export async function answerInRecord(record: LinkRecord, attempt: AttemptAt): Promise<Answer | undefined> {
  const state = stateForCreate(record, attempt.command);
  if (state === 'another' || state === 'not-owner') return undefined;
  if (state === 'made') return created(record);
  const left = await deleteRemaining(attempt);
  if (left !== undefined) return left;
  if (isMadeBy(record, attempt.command)) return created(record);
  const link = { ...record.address, version: record.version };
  return { outcome: 'superseded', reason: 'later-change-applied', link };
}

/** Writes the link's record. An existing record decides the answer, unless its link has ended. */
export async function recordMade(attempt: AttemptAt, known: Known): Promise<Answer> {
  const { address, isChosen, ports } = attempt;
  const fresh = freshRecord(attempt, known);
  const held = await ports.ledger.addLink(fresh);
  if (held === undefined) {
    // DynamoDB may have deleted the record of an earlier link at this address, whose image may remain.
    if (isChosen) await ports.qrImages.remove(fresh);
    return created(fresh);
  }
  const answer = await answerInRecord(held, attempt);
  if (answer !== undefined) return answer;
  // The record's link has ended if it is expired or deleted. A live record's link has ended too, if the API has just
  // made ours, because the address was free then. The same holds if the API has our link in its place.
  const wasMadeNow = known.shortUrl !== undefined;
  const isHistory = !isAlive(held, secondsNow(ports.clock)) || wasMadeNow || !isOf(held, fresh.dataDigest);
  if (!isHistory) return taken(address);
  await ports.qrImages.remove(held);
  const next = { ...fresh, version: held.version + 1 };
  const nowSeconds = secondsNow(ports.clock);
  const replaced = await ports.ledger.replaceLink(next, { version: held.version, nowSeconds, anew: true });
  return replaced ? created(next) : 'try-again';
}

function freshRecord(attempt: AttemptAt, known: Known): LinkRecord {
  const { command, secret, settings, address } = attempt;
  // Under a derived ID, an update may have changed the adopted link before its record was lost.
  const { data = command.data } = known;
  const texts = sameData(command.data, data) ? command.data : dataAsText(data);
  const domain = command.brandDomain ?? settings.TEMPLATES[address.onelinkId]?.domain;
  return {
    address,
    source: command.source,
    requestId: command.requestId,
    state: 'live',
    // The URL of an adopted link has the API's format.
    shortUrl: known.shortUrl ?? `https://${domain}/${address.onelinkId}/${address.shortlinkId}`,
    pid: texts.pid ?? '',
    ...(texts.c !== undefined && { campaign: texts.c }),
    ...subjectOf(secret, command),
    dataDigest: dataDigest(secret, texts),
    ...(settings.KEEP_DATA === 'full' && { data: texts }),
    ttlSeconds: known.ttlSeconds ?? ttlOf(attempt),
    renewTtl: command.renewTtl ?? true,
    version: 1,
    applied: { requestedAt: command.requestedAt, requestId: command.requestId },
    expiresAt: known.expiresAt,
    ...(command.keepUntil !== undefined && { keepUntil: Math.floor(Date.parse(command.keepUntil) / 1000) }),
  };
}

function created(record: LinkRecord): Answer {
  return { outcome: 'created', link: linkOf(record) };
}

/** The conflict with another link at the address, which may be expired and still at the API. */
export function taken(address: LinkAddress, state: 'alive' | 'dead' = 'alive'): Decision {
  const reason = state === 'dead' ? 'expired-link-remains' : 'shortlink-id-taken';
  return { outcome: 'conflict', reason, link: { ...address } };
}

export function ttlOf({ command: { ttl }, settings: { MAX_TTL_DAYS } }: Attempt<CreateCommand>): number {
  return (ttl === undefined ? undefined : ttlSeconds(ttl, MAX_TTL_DAYS)) ?? defaultTtlSeconds;
}
