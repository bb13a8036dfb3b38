/**
 * The pauses between the polls of a call that waits, in milliseconds. No lane has an outcome sooner than `first`: its
 * command goes through a queue and a call to the OneLink API. After that, a pause is a share of the time since the call
 * began to wait. So a poll notices an outcome late by a fortieth of that time on average, and by `least / 2` or less
 * in the first 400 ms.
 */
const pauses = { first: 60, least: 20, most: 250, share: 0.05 };

/** A poll reads one item for each open command. So a list has longer pauses. */
const leastOfEachCommand = 2;

/** A poll that reads the HTTP records as well follows the one before it after this time. They show what no outcome shows. */
export const wholePollMilliseconds = 200;

/**
 * The pause before the next poll, in milliseconds.
 *
 * @param waited milliseconds since the call began to wait
 * @param open commands without an outcome
 */
export function pauseAfter(waited: number, open = 1): number {
  if (waited < pauses.first) return pauses.first - waited;
  const least = pauses.least + leastOfEachCommand * (open - 1);
  return Math.min(pauses.most, Math.max(least, pauses.share * waited));
}
