import type { Command } from '../contract/command.ts';
import { commandDigest } from '../link/digest.ts';
import type { RequestRecord } from '../link/ledger-record.ts';

/** How often a key is tried. One digit, because a request ID has at most 128 characters. */
export const mostAttempts = 9;

/**
 * The request ID of an attempt to make the link of a key. The first has the key's own. Each content has the same, so of
 * two contents at once, one ends before the other. A key has no `@`, and a change has a dot after it.
 */
export function attemptRequestId(requestId: string, attempt: number): string {
  return attempt === 1 ? requestId : `${requestId}@${attempt}`;
}

/** Whether no attempt follows. */
export const isLastAttempt = (requestId: string) => requestId.endsWith(`@${mostAttempts}`);

/** Whether the create of a key ended without a link. The outcome of a conflict may name the other link. */
export function madeNoLink({ outcome }: RequestRecord): boolean {
  return outcome.link === undefined || outcome.outcome === 'conflict' || outcome.outcome === 'rejected';
}

/**
 * Whether time alone was the reason why a request ended, and no longer is. Its `validUntil` had passed, or a later change of its
 * link was applied. A derived request ID would have that outcome for good.
 *
 * @param lastChangeAt `requestedAt` of the link's last change. By default, that change came before the request's end
 */
export function hasTimeAgain(
  { outcome: { outcome, decidedAt } }: RequestRecord,
  { validUntil, requestedAt }: Pick<Command, 'validUntil' | 'requestedAt'>,
  nowMilliseconds: number,
  lastChangeAt = decidedAt,
): boolean {
  if (outcome === 'superseded') return Date.parse(requestedAt) > Date.parse(lastChangeAt);
  return outcome === 'stale' && (validUntil === undefined || Date.parse(validUntil) > nowMilliseconds);
}

/**
 * Whether an attempt that made no link answers the command: it had the same content, and its time is not the reason. Other
 * content is another attempt.
 *
 * @param command it may have the ID of another attempt
 */
export function answersCommand(
  ended: RequestRecord,
  command: Command,
  linkIdSecret: string,
  nowMilliseconds: number,
): boolean {
  const isSame = ended.commandDigest === commandDigest(linkIdSecret, { ...command, requestId: ended.requestId });
  return isSame && !hasTimeAgain(ended, command, nowMilliseconds);
}
