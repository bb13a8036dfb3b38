import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCloud } from '../cloud/cloud.ts';

/**
 * Seconds between two kills: few at first, while every lane is busy. Later they are enough for most batches (some
 * fifteen seconds) to finish, because a killed batch returns only after its queue's visibility time-out, six minutes.
 */
const rushSeconds = 30;
const intervalSeconds = { rush: [2, 8], later: [30, 60] } as const;

/** The message at the start: how long it takes, and why. */
export function chaosWords(visibilityTimeoutSeconds: number): string {
  const minutes = Math.ceil(visibilityTimeoutSeconds / 60);
  return (
    `Environments will be killed at random. It takes ${minutes + 1} minutes or more: the messages of a killed environment return ` +
    `after their queue’s visibility time-out of ${minutes} minutes, as on AWS.`
  );
}

/**
 * Kills an execution environment at random times, until the signal. It prefers a busy one. Its messages are in flight
 * until the queue's visibility time-out ends, as on AWS.
 *
 * @param killed called for each
 */
export async function killEnvironments(
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
