/**
 * How much closer than the even gap two sends may lie, so that a timer that fired late does not cost a send. Node's
 * timers count whole milliseconds: on average they fire some 0.6 ms late. Never more than a quarter of the gap.
 */
const slackMilliseconds = 1.25;
const slackOf = (gap: number) => Math.min(slackMilliseconds, gap / 4);

/** A 429 halves the pace, down to a tenth; each second without one gives a twentieth back. */
const slowDownFactor = 0.5;
const leastFactor = 0.1;
const recoveryPerSecond = 0.05;

/**
 * Spaces the sends of one execution environment. It is pure: it is told the time (monotonic, in milliseconds) and says
 * when the next send may leave.
 *
 * The promise: C environments, each with a pacer of r sends a second (a whole number), together send at most C × r in
 * any sliding second, whatever the latencies, the timers' lateness, and the hands that an environment's slot (its
 * place in the reserved concurrency) passes through. The proof, for one slot, with g = 1 s / r − slack:
 *
 * - Within an invocation: send n is never less than a second after send n − r, so r + 1 sends take at least a second.
 * - Across invocations, in the same environment or another: each invocation waits w = 1 s − (r − 1) × g before its first
 *   send, and no invocation returns with a send under way. r + 1 sends that span k ≥ 1 such changes lie at least
 *   (r − k) × g + k × w apart; as w ≥ g, that is at least (r − 1) × g + w = 1 s.
 *
 * Sends keep to an even grid, from which a late one may be made up for only within the two bounds above; after a stall
 * the grid starts anew, so that nothing is caught up with.
 */
export class Pacer {
  readonly #callsPerSecond: number;
  readonly #leastGap: number;
  /** The last r sends of this invocation, oldest first. */
  #sends: number[] = [];
  #begunAt = 0;
  #gridAt: number | undefined;
  #factor = 1;
  #factorAt = 0;

  /** @param callsPerSecond a whole number, at least 1. */
  constructor(callsPerSecond: number) {
    if (!Number.isInteger(callsPerSecond) || callsPerSecond < 1) {
      throw new Error(`a pace must be a whole number of calls per second, at least 1; got ${callsPerSecond}`);
    }
    this.#callsPerSecond = callsPerSecond;
    this.#leastGap = 1000 / callsPerSecond - slackOf(1000 / callsPerSecond);
  }

  /** An invocation begins: the slot may have been another environment's until now. */
  begin(now: number): void {
    this.#begunAt = now;
    this.#sends = [];
    this.#gridAt = undefined;
  }

  /** The earliest time at which the next send may leave. */
  earliest(now: number): number {
    const gap = 1000 / this.#callsPerSecond / this.#currentFactor(now);
    const last = this.#sends.at(-1);
    if (last === undefined || this.#gridAt === undefined) {
      return this.#begunAt + Math.max(gap, 1000 - (this.#callsPerSecond - 1) * this.#leastGap);
    }
    const aSecondAfter = this.#sends.length < this.#callsPerSecond ? 0 : (this.#sends[0] ?? 0) + 1000;
    return Math.max(this.#gridAt + gap, last + gap - slackOf(gap), aSecondAfter);
  }

  /** A send has left. Called with the actual time, never before `earliest` said. */
  sent(at: number): void {
    const gap = 1000 / this.#callsPerSecond / this.#currentFactor(at);
    const planned = this.#gridAt === undefined ? at : this.#gridAt + gap;
    this.#gridAt = at - planned > gap ? at : planned;
    this.#sends.push(at);
    if (this.#sends.length > this.#callsPerSecond) this.#sends.shift();
  }

  /** The API said 429: slower for this invocation and those after it in this environment. */
  slowDown(now: number): void {
    this.#factor = Math.max(leastFactor, this.#currentFactor(now) * slowDownFactor);
    this.#factorAt = now;
  }

  /** The API was unwell a while ago: begins at the lowest pace, and speeds up as after a 429. */
  easeIn(now: number): void {
    this.#factor = leastFactor;
    this.#factorAt = now;
  }

  #currentFactor(now: number): number {
    return Math.min(1, this.#factor + Math.max(0, ((now - this.#factorAt) / 1000) * recoveryPerSecond));
  }
}

/** Where calls wait for their turn; every call to the OneLink API takes one. */
export interface Turns {
  /** Resolves when the caller may send, at once. Turns are given one at a time: the next waits until `sent`. */
  next(): Promise<Turn>;
  /** The API said that the rate was exceeded. */
  slowDown(): void;
}
export interface Turn {
  /** The request's bytes have left (or never will). Must be called, once. */
  sent(): void;
}
