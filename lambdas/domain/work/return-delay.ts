/** Why a command goes back to its queue. */
export type ReturnCause = 'out-of-time' | 'try-again' | 'api-outage' | 'account-blocked' | 'lane-paused';

/**
 * SQS allows 12 hours; 6 keep a command from sleeping long after things are well again. What the whole lane suffers from
 * ends by itself, and the governor has the lane's mappings off by the second or third return: minutes are enough.
 */
const delaySeconds: Record<ReturnCause, { first: number; most: number }> = {
  'out-of-time': { first: 5, most: 6 * 3600 },
  'try-again': { first: 10, most: 6 * 3600 },
  'api-outage': { first: 120, most: 900 },
  'account-blocked': { first: 120, most: 900 },
  'lane-paused': { first: 120, most: 900 },
};

/**
 * For how long a command that could not be done stays invisible: doubling with each delivery, a jitter of up to half so
 * that a batch does not come back at once. With 20 deliveries before the dead-letter queue, a command that is tried again
 * lasts 29 to 59 hours, well within the queue's retention.
 *
 * @param receiveCount deliveries so far, this one included
 * @param random from 0 up to 1
 */
export function returnDelaySeconds(cause: ReturnCause, receiveCount: number, random: number): number {
  const { first, most } = delaySeconds[cause];
  const full = Math.min(most, first * 2 ** Math.min(receiveCount - 1, 30));
  return Math.round(full * (0.5 + random / 2));
}

/**
 * Whoever finds a link that the ledger does not know waits for its create to write it down, which may even have crashed and be
 * waiting for its own redelivery. That takes eight deliveries: with the delays above (10 s, doubling, at least half of
 * each) 635 s or more, which a queue's visibility time-out of 365 s (lib/config/rate-budget.ts) fits into.
 */
export const deliveriesToWaitForCreate = 8;

/**
 * A source's own link that the ledger does not know is waited for longer: the intake has yet to put its record back. With the
 * delays above seventeen deliveries take 63,675 s or more, 17 hours. Lambda gives a removal up after twelve (lib/constructs/expiry-intake.ts),
 * and somebody was paged after five minutes. Three deliveries are left before the dead-letter queue.
 */
export const deliveriesToWaitForStream = 17;
