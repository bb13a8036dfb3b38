import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCloud } from '../cloud/cloud.ts';

/** Seconds from one kill to the next, on average. */
const meanSeconds = 15;

/**
 * Kills an execution environment at random times, one in the middle of its work if there is any, until the signal. What
 * was in its hands is in flight until the queue's visibility time-out ends, as on AWS.
 *
 * @param killed told of each
 */
export async function wreakHavoc(
  cloud: Pick<LocalCloud, 'killEnvironment'>,
  killed: (environment: { function: string; busy: boolean }) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // From a third of the mean to five thirds of it: never twice at once, never in step with a batch.
    await sleep(meanSeconds * (1 / 3 + (4 / 3) * Math.random()) * 1000, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const environment = cloud.killEnvironment();
    if (environment !== undefined) killed(environment);
  }
}
