/** The lowest factor. Even while every call is refused, an environment keeps asking. */
const leastFactor = 0.1;
/** Each second restores a twentieth of the pace: all of it after eighteen seconds. */
const recoveryPerSecond = 0.05;
/** The pace stays full while no more of the calls than this are refused. */
const toleratedShare = 0.03;
/** A single 429 takes half of the pace at most. At three calls a second and below, it would take more. */
const mostStep = 0.5;

/** Which part of its pace an environment sends at. */
export interface PaceLaw {
  /** From above 0 to 1. @param now monotonic, in milliseconds, like all times here */
  at(now: number): number;
  /** After a 429. */
  refused(now: number): void;
  /** After a recent failure of the API: begins at the lowest pace. */
  easeIn(now: number): void;
}

/**
 * Lets the pace follow the share of the calls that get a 429. The API gives no hint when to try again. A few scattered 429s say
 * nothing about our pace, and many of them do.
 *
 * Time restores R = 0.05 a second. A 429 takes R / (r × s), with s = 0.03. So at a share p of refused calls the factor f changes by
 * R × (1 − p × f / s) a second, whatever the pace r is:
 *
 * - At p ≤ s it returns to 1. Scattered 429s cost their own steps: less than a hundredth of the pace at p = 0.01 and r = 63.
 * - Above, it settles at f = s / p, or at 0.1. If all calls are refused, it is at 0.1 within two seconds of answers.
 * - Another client that takes a part of the rate makes p depend on f. Then p settles at s / f.
 * - While f is above 0.1, n 429s take n × R / (r × s). So T seconds have at most r × (0.54 + 0.03 × T) of them.
 *
 * f is never above 1, so no second holds more than the pace allows. `npm run bench -- refusals` compares it with other laws.
 */
export class PaceFactor implements PaceLaw {
  readonly #step: number;
  #factor = 1;
  #at = 0;

  /** @param callsPerSecond r: the environment's full pace */
  constructor(callsPerSecond: number) {
    this.#step = Math.min(mostStep, recoveryPerSecond / (callsPerSecond * toleratedShare));
  }

  at(now: number): number {
    return Math.min(1, this.#factor + Math.max(0, ((now - this.#at) / 1000) * recoveryPerSecond));
  }

  refused(now: number): void {
    this.#set(Math.max(leastFactor, this.at(now) - this.#step), now);
  }

  easeIn(now: number): void {
    this.#set(leastFactor, now);
  }

  #set(factor: number, now: number): void {
    this.#factor = factor;
    this.#at = now;
  }
}
