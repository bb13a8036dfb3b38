import type { PaceLaw } from '../../../lambdas/domain/control/pace-factor.ts';

const leastFactor = 0.1;
const recoveryPerSecond = 0.05;

/** Halves with each 429. Each second without one restores a twentieth. */
export class Halving implements PaceLaw {
  #factor = 1;
  #at = 0;

  at(now: number): number {
    return Math.min(1, this.#factor + ((now - this.#at) / 1000) * recoveryPerSecond);
  }

  refused(now: number): void {
    this.#set(Math.max(leastFactor, this.at(now) / 2), now);
  }

  easeIn(now: number): void {
    this.#set(leastFactor, now);
  }

  #set(factor: number, now: number): void {
    this.#factor = factor;
    this.#at = now;
  }
}

/** Follows the share of 429s among the calls of the last two seconds. Up to 2 % are free. Each part above takes three parts of the pace. */
export class ShareOfTwoSeconds implements PaceLaw {
  readonly #callsPerSecond: number;
  #refusals: number[] = [];
  #easedAt = Number.NEGATIVE_INFINITY;

  constructor(callsPerSecond: number) {
    this.#callsPerSecond = callsPerSecond;
  }

  at(now: number): number {
    this.#refusals = this.#refusals.filter((at) => now - at < 2_000);
    const share = this.#refusals.length / (2 * this.#callsPerSecond);
    const eased = leastFactor + ((now - this.#easedAt) / 1000) * recoveryPerSecond;
    return Math.max(leastFactor, Math.min(1, eased, 1 - 3 * Math.max(0, share - 0.02)));
  }

  refused(now: number): void {
    this.#refusals.push(now);
  }

  easeIn(now: number): void {
    this.#easedAt = now;
  }
}

/** As TCP: a 429 takes a tenth of the pace. Recovers by time, and the slower the pace, the longer. */
export class TenthPerRefusal implements PaceLaw {
  #factor = 1;
  #at = 0;

  at(now: number): number {
    return Math.min(1, this.#factor + ((now - this.#at) / 1000) * recoveryPerSecond);
  }

  refused(now: number): void {
    this.#set(Math.max(leastFactor, this.at(now) * 0.9), now);
  }

  easeIn(now: number): void {
    this.#set(leastFactor, now);
  }

  #set(factor: number, now: number): void {
    this.#factor = factor;
    this.#at = now;
  }
}
