/** Where time comes from; tests hand in their own. */
export interface TimeSources {
  /** Wall time in milliseconds since 1970; `Date.now` by default. */
  wallMilliseconds?: () => number;
  /** A clock that never goes back, in milliseconds; `performance.now` by default. The rate limits live on it. */
  monotonicMilliseconds?: () => number;
}

/**
 * The emulator's two clocks. `now` can be moved and rules expiry, purges and the quota's month; `monotonic` cannot: a
 * rate is a matter of real seconds, whatever the date is said to be.
 */
export class EmulatorClock {
  readonly #wall: () => number;
  readonly monotonic: () => number;
  #offset = 0;

  constructor(sources: TimeSources = {}) {
    this.#wall = sources.wallMilliseconds ?? Date.now;
    this.monotonic = sources.monotonicMilliseconds ?? (() => performance.now());
  }

  /** The emulated time in milliseconds since 1970. */
  now(): number {
    return this.#wall() + this.#offset;
  }

  /** The emulated time in whole seconds since 1970, rounded down: the precision of the API's `expiry`. */
  nowSeconds(): number {
    return Math.floor(this.now() / 1000);
  }

  advance(milliseconds: number): void {
    this.#offset += milliseconds;
  }

  /** Makes it the given time now; the clock runs on from there. */
  set(milliseconds: number): void {
    this.#offset = milliseconds - this.#wall();
  }

  reset(): void {
    this.#offset = 0;
  }
}

/** Instants from 1970 to the year 9999, the last that has four digits. */
export function isRepresentable(milliseconds: number): boolean {
  return milliseconds >= 0 && milliseconds < Date.UTC(10_000, 0);
}

/** Whether the clock may stand there: a hundred years, the longest `ttl`, before the last instant. */
export function isClockTime(milliseconds: number): boolean {
  return milliseconds >= 0 && milliseconds < Date.UTC(9_899, 0);
}

/** An instant as the API writes it: whole seconds, UTC. */
export function isoSeconds(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
