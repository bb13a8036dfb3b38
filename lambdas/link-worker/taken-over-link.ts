import { leastTtlToKeepSeconds, tooShortToKeep } from '../domain/contract/command.ts';
import { dataAsText } from '../domain/contract/link-data.ts';
import type { Decision } from '../domain/contract/outcome.ts';
import { defaultTtlSeconds, ttlSeconds } from '../domain/contract/ttl.ts';
import { dataDigest, subjectOf } from '../domain/link/digest.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import { isMadeBy, rememberedUntil, tombstoneOfUnknown } from '../domain/link/link-state.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import { secondsNow } from '../domain/work/clock.ts';
import type { NoDecision } from './answer.ts';
import type { Attempt } from './attempt.ts';
import { addressOf, type Takeover } from './unowned-link.ts';

/**
 * The record of a link that a command takes over. What no GET shows comes from the command. If the API reports no expiry, it is
 * the latest one that the link can have.
 */
export function takenOver({ command, secret, settings, ports }: Attempt<Takeover>, found: LinkAtApi): LinkRecord {
  const address = addressOf(command);
  const texts = dataAsText(found.data);
  const domain = command.brandDomain ?? settings.TEMPLATES[address.onelinkId]?.domain;
  const ttl = found.ttlSeconds ?? ttlOf(command, settings.MAX_TTL_DAYS);
  return {
    address,
    source: command.source,
    requestId: command.requestId,
    takenOver: true,
    state: 'live',
    shortUrl: `https://${domain}/${address.onelinkId}/${address.shortlinkId}`,
    pid: texts.pid ?? '',
    ...(texts.c !== undefined && { campaign: texts.c }),
    ...subjectOf(secret, command),
    dataDigest: dataDigest(secret, found.data),
    ...(settings.KEEP_DATA === 'full' && { data: texts }),
    ttlSeconds: ttl,
    renewTtl: command.renewTtl ?? true,
    version: 1,
    applied: { requestedAt: command.requestedAt, requestId: command.requestId },
    expiresAt: found.expiresAt ?? secondsNow(ports.clock) + ttl,
    ...(command.keepUntil !== undefined && { keepUntil: Math.floor(Date.parse(command.keepUntil) / 1000) }),
  };
}

/** The TTL that the command gives, or the API's default. Seconds. */
export function ttlOf({ ttl }: Takeover, maxDays: number): number {
  return (ttl === undefined ? undefined : ttlSeconds(ttl, maxDays)) ?? defaultTtlSeconds;
}

/**
 * The answer if the link's TTL is too short for the command's `keepUntil`, or undefined.
 *
 * @param decides the field of the command to change: `ttl` if the link's TTL is the command's
 */
export function answerByKeep(
  { address, keepUntil, expiresAt, ttlSeconds: ttl }: LinkRecord,
  decides: 'ttl' | 'keepUntil',
): Decision | undefined {
  if (keepUntil === undefined || keepUntil <= expiresAt || ttl >= leastTtlToKeepSeconds) return undefined;
  return {
    outcome: 'rejected',
    reason: 'invalid-command',
    faults: [tooShortToKeep(decides)],
    link: { ...address },
  };
}

/**
 * Writes the record, and with it makes the link its source's. If two commands take over one link at once, the ledger accepts
 * one of them, and the other sees the owner at its next delivery.
 *
 * @param before the record of a link that has ended, which the new one replaces
 * @returns the record as written
 */
export async function takeOver(
  { command, ports }: Attempt<Takeover>,
  record: LinkRecord,
  before: LinkRecord | undefined,
): Promise<LinkRecord | 'try-again'> {
  const { ledger, clock, qrImages } = ports;
  if (before === undefined) {
    const held = await ledger.addLink(record);
    if (held !== undefined) return isMadeBy(held, command) && held.state === 'live' ? held : 'try-again';
    // DynamoDB may have deleted the record of an earlier link at this address, whose image may remain.
    await qrImages.remove(record);
    return record;
  }
  await qrImages.remove(before);
  const next = { ...record, version: before.version + 1 };
  const held = { version: before.version, nowSeconds: secondsNow(clock), anew: true };
  return (await ledger.replaceLink(next, held)) ? next : 'try-again';
}

/** Whether the link is only recorded so far: its migration is under way. */
export const isProvisional = ({ applied }: LinkRecord): boolean => applied.requestId === '';

/**
 * Gives up a link that this command has recorded, although its outcome is another. Nobody owns it then, and the ledger has a
 * tombstone as for any unknown link. A link that another command has changed since stays.
 *
 * @returns the cause of a failure
 */
export async function disown({ command, settings, ports }: Attempt<Takeover>): Promise<NoDecision | undefined> {
  const { ledger, clock } = ports;
  const record = await ledger.link(addressOf(command));
  if (record?.state !== 'live' || !isMadeBy(record, command)) return undefined;
  const isUntouched =
    isProvisional(record) || (command.action === 'adopt' && record.applied.requestId === command.requestId);
  if (!isUntouched) return undefined;
  const nowSeconds = secondsNow(clock);
  const until = rememberedUntil(nowSeconds, settings.DEDUPLICATION_WINDOW_DAYS);
  const next: LinkRecord = {
    ...tombstoneOfUnknown(command, until),
    takenOver: true,
    version: record.version + 1,
  };
  const held = { version: record.version, nowSeconds, leaseOf: command.requestId };
  return (await ledger.replaceLink(next, held)) ? undefined : 'try-again';
}
