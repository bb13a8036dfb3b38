/** The sources of time. Tests inject their own. */
export interface TimeSources {
  /** Wall time in milliseconds since 1970; `Date.now` by default. */
  wallMilliseconds?: () => number;
  /** A monotonic clock in milliseconds; `performance.now` by default. The rate limits use it. */
  monotonicMilliseconds?: () => number;
}

/**
 * The emulator's two clocks. Tests move `now`, and it decides expiry, purges and the quota's month. Nothing moves
 * `monotonic`: a rate limit counts real seconds, whatever the emulated date.
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

  /** Sets the emulated time. The clock runs on from there. */
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

/**
 * Whether the clock may be set to this instant. The latest is the longest `ttl`, a hundred years, before the year
 * 10000.
 */
export function isClockTime(milliseconds: number): boolean {
  return milliseconds >= 0 && milliseconds < Date.UTC(9_899, 0);
}

/** An instant in the API's format: whole seconds, UTC. */
export function isoSeconds(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
