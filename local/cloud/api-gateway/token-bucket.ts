import type { Clock } from '../clock.ts';

/** The throttle of a usage plan or a stage: a bucket with `burst` tokens at most, filled at `ratePerSecond`. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #ratePerSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAtMilliseconds: number;

  constructor(ratePerSecond: number, burst: number, clock: Clock) {
    this.#clock = clock;
    this.#ratePerSecond = ratePerSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAtMilliseconds = clock.now();
  }

  /** Takes a token. False if there is none. */
  take(): boolean {
    const now = this.#clock.now();
    const passedSeconds = Math.max(0, now - this.#filledAtMilliseconds) / 1000;
    this.#tokens = Math.min(this.#burst, this.#tokens + passedSeconds * this.#ratePerSecond);
    this.#filledAtMilliseconds = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
