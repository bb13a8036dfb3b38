import type { EmulatorClock } from './clock.ts';

/** Both rate limits are per second, over any second: a window is the half-open interval (t − 1000 ms, t]. */
const windowMilliseconds = 1000;

/**
 * An exact sliding-window limit: a ring of the last `limit` counted calls. While the ring is full and its oldest call
 * is less than a second old, one more call would exceed the limit.
 */
export class SlidingWindow {
  readonly #times: Float64Array;
  #next = 0;
  #held = 0;

  /** @param limit Calls admitted in any one second. */
  constructor(limit: number) {
    this.#times = new Float64Array(limit);
  }

  /** Whether one more call at this time keeps within the limit. The time is monotonic, in milliseconds. */
  hasRoom(milliseconds: number): boolean {
    const oldest = this.#times[this.#next] ?? 0;
    return this.#held < this.#times.length || milliseconds - oldest >= windowMilliseconds;
  }

  /** Counts a call. */
  hold(milliseconds: number): void {
    this.#times[this.#next] = milliseconds;
    this.#next = (this.#next + 1) % this.#times.length;
    if (this.#held < this.#times.length) this.#held += 1;
  }
}

/** Counts all calls, refused ones included, and remembers the maximum of any one second. */
export class CallCounter {
  #times = new Float64Array(1024);
  #first = 0;
  #inWindow = 0;
  total = 0;
  fullestSecond = 0;

  record(milliseconds: number): void {
    while (this.#inWindow > 0 && milliseconds - (this.#times[this.#first] ?? 0) >= windowMilliseconds) {
      this.#first = (this.#first + 1) % this.#times.length;
      this.#inWindow -= 1;
    }
    if (this.#inWindow === this.#times.length) this.#grow();
    this.#times[(this.#first + this.#inWindow) % this.#times.length] = milliseconds;
    this.#inWindow += 1;
    this.total += 1;
    if (this.#inWindow > this.fullestSecond) this.fullestSecond = this.#inWindow;
  }

  #grow(): void {
    const larger = new Float64Array(this.#times.length * 2);
    larger.set(this.#times.subarray(this.#first));
    larger.set(this.#times.subarray(0, this.#first), this.#times.length - this.#first);
    this.#times = larger;
    this.#first = 0;
  }
}

/** The monthly allowance of POST, PUT and DELETE calls. It is restored when the clock enters a new UTC month. */
export class MonthlyQuota {
  readonly #clock: EmulatorClock;
  #used = 0;
  #monthStart = 0;
  #monthEnd = 0;
  /** Calls per UTC month. */
  monthly: number;

  constructor(clock: EmulatorClock, monthly: number) {
    this.#clock = clock;
    this.monthly = monthly;
  }

  #turnMonth(): void {
    const now = this.#clock.now();
    if (now >= this.#monthStart && now < this.#monthEnd) return;
    const date = new Date(now);
    this.#monthStart = Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
    this.#monthEnd = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
    this.#used = 0;
  }

  take(): void {
    this.#turnMonth();
    this.#used += 1;
  }

  get used(): number {
    this.#turnMonth();
    return this.#used;
  }

  get remaining(): number {
    return Math.max(0, this.monthly - this.used);
  }

  /** The month of these figures, as `2026-11`. */
  get month(): string {
    this.#turnMonth();
    return new Date(this.#monthStart).toISOString().slice(0, 7);
  }

  /** Sets the calls left in this month, from 0 to the monthly allowance. */
  setRemaining(remaining: number): void {
    this.#turnMonth();
    this.#used = this.monthly - remaining;
  }

  reset(): void {
    this.#used = 0;
  }
}
