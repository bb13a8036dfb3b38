import { setTimeout as delay } from 'node:timers/promises';

/** Time, as the client sees it. Tests replace it. */
export interface Time {
  /** Epoch milliseconds. */
  now(): number;
  /** @throws the signal's reason if it ends the wait */
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
  /** From 0, below 1. */
  random(): number;
  /** A signal that ends an attempt after this time. Default: `AbortSignal.timeout`. */
  timeout?(milliseconds: number): AbortSignal;
}

export const systemTime: Time = {
  now: Date.now,
  sleep: async (milliseconds, signal) => {
    try {
      await delay(milliseconds, undefined, signal && { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
  random: Math.random,
};

const firstMilliseconds = 250;
const mostMilliseconds = 10_000;

/**
 * The wait before another attempt, in milliseconds. It grows with each attempt and is random, so clients that failed together
 * do not come back together. It is never shorter than `retryAfterSeconds`.
 *
 * @param attempt 1 after the first attempt
 */
export function backOff(attempt: number, retryAfterSeconds: number | undefined, random: () => number): number {
  const most = Math.min(mostMilliseconds, firstMilliseconds * 2 ** (attempt - 1));
  if (retryAfterSeconds === undefined) return most / 2 + (random() * most) / 2;
  return retryAfterSeconds * 1_000 + random() * firstMilliseconds;
}

/** Seconds of a `Retry-After` header. A date counts from now. Undefined if the header is missing or unreadable. */
export function retryAfterSeconds(header: string | null, nowMilliseconds: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - nowMilliseconds) / 1_000);
}

/** @throws TypeError if it is not a number of seconds */
export function checkSeconds(name: string, seconds: unknown): void {
  if (typeof seconds === 'number' && seconds >= 0) return;
  throw new TypeError(`\`${name}\` must be a number of seconds, 0 or more`);
}
