import type { QuarantinedObject } from '../../../lambdas/adapters/quarantine-store.ts';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { ParkedCommand } from '../../../lambdas/domain/contract/parked-command.ts';
import type { HistoryLine } from '../../../lambdas/domain/link/history-line.ts';
import type { LinkRecord, RequestRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { isoSeconds } from '../../../lambdas/domain/work/clock.ts';
import type { Listed } from '../dead-letters/list.ts';

/** One event in the story of a request, or a current state. */
export interface Happening {
  /** Epoch milliseconds; undefined for a current state. */
  at: number | undefined;
  /** The source of this event: `campaign worker`, `ledger`, `archive`, `dead letters`. */
  where: string;
  requestId: string;
  /** The outcome, if this event is one. */
  outcome?: string;
  /** The link's expiry at this event, if the event is about it: ISO 8601, UTC. */
  expiresAt?: string;
  words: string;
}

/** The fields of the workers' log lines about a command. They hold no value of it. */
export type LoggedFields = Record<string, unknown> & { message: string };

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
const joined = (parts: (string | undefined)[], by = '; ') => parts.filter((part) => part !== undefined).join(by);

export function ofLog(where: string, requestId: string, at: number, fields: LoggedFields): Happening {
  const { message, action, outcome, reason, repeat, rules, calls, error, messageId, expiresAt } = fields;
  const [called, broken] = [texts(calls), texts(rules)];
  const words = joined([
    joined([text(action), message], ' ') + (text(outcome) === undefined ? '' : `: ${outcome}`),
    repeat === true ? 'a repeat' : undefined,
    text(reason),
    text(expiresAt) && `${outcome === 'expired' ? 'expired' : 'until'} ${expiresAt}`,
    text(error),
    broken.length === 0 ? undefined : `rules: ${broken.join(', ')}`,
    called.length === 0 ? undefined : `calls: ${called.join(', ')}`,
    text(messageId) && `message ${messageId}`,
  ]);
  const known = {
    ...(typeof outcome === 'string' && { outcome }),
    ...(typeof expiresAt === 'string' && { expiresAt }),
  };
  return { at, where, requestId, ...known, words };
}

export interface Shown {
  /** Whether to show short URLs and link IDs. */
  links: boolean;
}

export function ofRequestRecord({ requestId, outcome, expiresAt }: RequestRecord, shown: Shown): Happening {
  const words = joined([
    `the request is recorded as ${outcome.outcome}`,
    outcome.reason,
    outcome.faults && `rules: ${outcome.faults.map(({ rule }) => rule).join(', ')}`,
    shown.links ? linkWords(outcome) : undefined,
    `repeats get this outcome until ${isoSeconds(expiresAt)}`,
  ]);
  return { at: Date.parse(outcome.decidedAt), where: 'ledger', requestId, outcome: outcome.outcome, words };
}

function linkWords({ link }: Outcome): string | undefined {
  return link && (link.shortUrl ?? `${link.onelinkId}/${link.shortlinkId}`);
}

/** The ledger's record of the request's link. */
export function ofLinkRecord(
  record: LinkRecord,
  requestId: string,
  nowMilliseconds: number,
  shown: Shown,
): Happening[] {
  const { state, version, expiresAt, applied, lease, qrKey, qrFailure, shortUrl } = record;
  const isPast = state === 'live' && expiresAt * 1000 <= nowMilliseconds;
  const ended =
    record.expiryCheck === undefined ? 'expired, unless renewed by clicks' : 'live, its expiry is being checked';
  const words = joined([
    `the link is ${isPast ? ended : state}, version ${version}`,
    `${isPast ? 'expired' : 'until'} ${isoSeconds(expiresAt)}`,
    applied.requestId === requestId ? undefined : `last changed by ${applied.requestId}`,
    lease && `${lease.action} ${lease.requestId} holds it until ${isoSeconds(lease.until)}`,
    qrKey === undefined ? undefined : shown.links ? `QR code at ${qrKey}` : 'its QR code is stored',
    qrFailure && `${qrFailure.requestId} got no QR code: ${qrFailure.reason}`,
    shown.links ? shortUrl : undefined,
  ]);
  const now: Happening = { at: undefined, where: 'ledger', requestId, words };
  return applied.requestId === requestId ? [askedFor(applied), now] : [now];
}

/** The end of the request's link, from the history. */
export function ofEnded(line: HistoryLine, requestId: string, shown: Shown): Happening[] {
  const { version, applied, expiredAt, shortUrl } = line;
  const words = joined([
    `the link has ended, in version ${version}`,
    line.requestId === requestId ? undefined : `made by ${line.requestId}`,
    applied === undefined || applied.requestId === requestId ? undefined : `last changed by ${applied.requestId}`,
    shown.links ? shortUrl : undefined,
  ]);
  const end = { at: Date.parse(expiredAt), where: 'history', requestId, outcome: 'expired', words };
  return applied?.requestId === requestId ? [askedFor(applied), end] : [end];
}

const askedFor = ({ requestId, requestedAt }: LinkRecord['applied']): Happening => ({
  at: Date.parse(requestedAt),
  where: 'producer',
  requestId,
  words: 'asked for it (requestedAt)',
});

export function ofParked({
  lane,
  requestId,
  parkedAtMilliseconds,
  receiveCount,
  sentAtMilliseconds,
}: ParkedCommand): Happening[] {
  const where = `${lane} archive`;
  const when = receiveCount === 1 ? 'at its first delivery' : `at delivery ${receiveCount}`;
  const words = `was parked until there is quota, ${when}`;
  return [
    { at: sentAtMilliseconds, where: 'producer', requestId, words: 'its message reached the queue' },
    { at: parkedAtMilliseconds, where, requestId, words },
  ];
}

export function ofHeld({
  lane,
  source,
  sender,
  requestId,
  parkedAtMilliseconds,
  sentAtMilliseconds,
}: ParkedCommand): Happening[] {
  const where = `${lane} archive`;
  const words = `is held, because ${sender ?? 'its sender'} is not known to send as ${source}: onelink senders list`;
  return [
    { at: sentAtMilliseconds, where: 'sender', requestId, words: 'its message reached the queue' },
    { at: parkedAtMilliseconds, where, requestId, words },
  ];
}

export function ofQuarantined(
  { key, lane, reason, quarantinedAtMilliseconds }: QuarantinedObject,
  requestId: string,
): Happening {
  const why = reason === 'refused' ? 'the lane’s queue refused it' : 'the replayer could not read it';
  const words = `is in quarantine, because ${why}: onelink quarantine show ${key}`;
  return { at: quarantinedAtMilliseconds, where: `${lane} archive`, requestId, words };
}

export function ofDeadLetter({ lane, requestId, sentAt, receiveCount, reason, words: why }: Listed): Happening {
  const words = `is a dead letter of ${lane} (sent ${sentAt}, ${receiveCount} deliveries); ${reason}: ${why}`;
  return { at: undefined, where: 'dead letters', requestId: requestId ?? '', words };
}

/** The events in order of time, with current states last. */
export function inOrder(happenings: readonly Happening[]): Happening[] {
  return [...happenings].sort(
    (one, other) => (one.at ?? Number.POSITIVE_INFINITY) - (other.at ?? Number.POSITIVE_INFINITY) || 0,
  );
}

export function happeningWords({ at, where, requestId, words }: Happening, several: boolean): string {
  const when = at === undefined ? 'now'.padEnd(23) : new Date(at).toISOString().replace('T', ' ').slice(0, 23);
  return `${when}  ${where.padEnd(23)}  ${several ? `${requestId}: ` : ''}${words}`;
}
