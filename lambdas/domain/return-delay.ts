/** Why a command goes back to its queue. */
export type ReturnCause = 'try-again' | 'account-blocked' | 'quota-held' | 'out-of-time';

const firstDelaySeconds: Record<ReturnCause, number> = {
  'out-of-time': 5,
  'try-again': 10,
  // Minutes: a person has to act, or the month to turn.
  'account-blocked': 300,
  'quota-held': 900,
};
/** SQS allows 12 hours; 6 keep a command from sleeping long after things are well again. */
const maxDelaySeconds = 6 * 3600;

/**
 * For how long a command that could not be done stays invisible: doubling with each delivery, a jitter of up to half so
 * that a batch does not come back at once. With 20 deliveries before the dead-letter queue, a command that is tried again
 * lasts 29 to 59 hours, and one that is held for the quota 48 to 97 hours, well within the queue's retention.
 *
 * @param receiveCount deliveries so far, this one included
 * @param random from 0 up to 1
 */
export function returnDelaySeconds(cause: ReturnCause, receiveCount: number, random: number): number {
  const full = Math.min(maxDelaySeconds, firstDelaySeconds[cause] * 2 ** Math.min(receiveCount - 1, 30));
  return Math.round(full * (0.5 + random / 2));
}

/**
 * Whoever finds a link that the ledger does not know waits for its create to write it down, which may even have crashed and be
 * waiting for its own redelivery. That takes eight deliveries: with the delays above (10 s, doubling, at least half of
 * each) 635 s or more, which a queue's visibility time-out of 365 s (lib/rate-budget.ts) fits into.
 */
export const deliveriesToWaitForCreate = 8;
