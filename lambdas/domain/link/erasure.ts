import type { Decision } from '../contract/outcome.ts';

/**
 * The mark of an erased subject. Work that was under way at that time must not make new records of the person, so the workers
 * end it.
 */
export interface Erasure {
  /** The digest of the subject (digest.ts). */
  subject: string;
  /** Epoch milliseconds. */
  erasedAt: number;
}

/**
 * Whether a command is of the time before the erasure. What a producer requests and sends afterwards is a new relation to that
 * person.
 *
 * @param command.requestedAt a row of a campaign is sent later than its file has arrived, and carries that time
 * @param erasedAt epoch milliseconds
 */
export function precedesErasure(
  command: { requestedAt?: string; sentAtMilliseconds: number },
  erasedAt: number | undefined,
): boolean {
  if (erasedAt === undefined) return false;
  const { requestedAt, sentAtMilliseconds } = command;
  return sentAtMilliseconds <= erasedAt || (requestedAt !== undefined && Date.parse(requestedAt) <= erasedAt);
}

const reason = 'subject-erased';

/** The answer to a command whose subject has been erased since. It names neither link nor metadata. */
export const subjectErased: Decision = { outcome: 'rejected', reason };

/** Whether an outcome is of an erased subject. Nothing of its command may be kept. */
export const isOfErased = (outcome: Pick<Decision, 'reason'>): boolean => outcome.reason === reason;
