/**
 * Why a worker returns a command to its queue. With `look-again` nothing has failed: the ledger may get a record of the link in the
 * meantime.
 */
export type ReturnCause = 'out-of-time' | 'try-again' | 'look-again' | 'api-outage' | 'account-blocked' | 'lane-paused';

/**
 * SQS allows 12 hours. At most 6 hours keep a command from waiting long after the API has recovered. For a failure of
 * the whole lane, minutes are enough, because the governor switches the lane's mappings off by the second or third
 * return.
 */
const delaySeconds: Record<ReturnCause, { first: number; most: number }> = {
  'out-of-time': { first: 5, most: 6 * 3600 },
  'try-again': { first: 10, most: 6 * 3600 },
  'look-again': { first: 10, most: 6 * 3600 },
  'api-outage': { first: 120, most: 900 },
  'account-blocked': { first: 120, most: 900 },
  'lane-paused': { first: 120, most: 900 },
};

/**
 * How long a returned command stays invisible. The delay doubles with each delivery. A jitter of up to a half spreads a
 * batch's returns. With 20 deliveries before the dead-letter queue, a command is tried for 29 to 59 hours, less than
 * the queue's retention.
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
 * If a link is missing in the ledger, a command waits this many deliveries for its create to record it. The create may
 * have crashed and wait for its own redelivery. With the delays above (10 s, doubling, at least half of each), eight
 * deliveries take at least 635 s. That exceeds a queue's visibility time-out of 365 s (lib/config/rate/worker-plan.ts).
 */
export const deliveriesToWaitForCreate = 8;

/**
 * A command that takes over an unknown link waits for one return, 5 seconds at least. In a second or two, the expiry intake
 * restores a record that the TTL has removed.
 */
export const deliveriesToWaitForRestore = 2;

/**
 * For its source's own link, a command waits longer, because the expiry intake may still have to restore the record.
 * With the delays above, seventeen deliveries take at least 63,675 s, 17 hours. Lambda gives up on a removal after
 * twelve hours (lib/constructs/expiry-intake.ts), and the alarm pages after five minutes. Three deliveries remain
 * before the dead-letter queue.
 */
export const deliveriesToWaitForStream = 17;
