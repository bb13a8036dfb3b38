import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCloud } from '../cloud/cloud.ts';

/**
 * Seconds from one kill to the next: at first few, while every lane is busy; then enough for most batches (some fifteen seconds)
 * to get through, since one that is killed returns only after its queue's visibility time-out, six minutes.
 */
const rushSeconds = 30;
const intervalSeconds = { rush: [2, 8], later: [30, 60] } as const;

/** What is said at the start: how long it takes, and why. */
export function chaosWords(visibilityTimeoutSeconds: number): string {
  const minutes = Math.ceil(visibilityTimeoutSeconds / 60);
  return (
    `Environments will be killed at random. It takes about ${minutes + 1} minutes: what a killed environment had in hand comes ` +
    `back after its queue’s visibility time-out of ${minutes} minutes, as on AWS.`
  );
}

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
  const begun = performance.now();
  while (!signal.aborted) {
    const [least, most] = intervalSeconds[performance.now() - begun < rushSeconds * 1000 ? 'rush' : 'later'];
    await sleep((least + (most - least) * Math.random()) * 1000, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const environment = cloud.killEnvironment();
    if (environment !== undefined) killed(environment);
  }
}
