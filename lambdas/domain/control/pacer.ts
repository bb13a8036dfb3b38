/**
 * How late a send may be for the ones after it to make up for it. Node's timers fire a millisecond late as a rule, and when
 * the collector runs or Lambda holds the processor back, some more. Each invocation waits as much longer before its first send.
 */
const latenessMadeUpMilliseconds = 20;

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
 * place in the reserved concurrency) passes through. Each invocation sends by a grid of its own: its times lie at least
 * 1 s / r apart, the first of them w = 1 s / r + L after the invocation began, and none of its sends comes before its time, nor
 * more than L after it (the grid is moved on instead). The proof, for one slot:
 *
 * - Within an invocation: send n is never less than a second after send n − r, so r + 1 sends take at least a second.
 * - Across invocations, in the same environment or another, none of which returns with a send under way: let r + 1 sends
 *   begin with p of one invocation, which therefore end (p − 1) / r − L later at the earliest. Each invocation after it adds w and
 *   1 / r for each further send of its own, so that k ≥ 1 changes of hands make at least
 *   (p − 1) / r − L + (r + 1 − p − k) / r + k × w = 1 s + (k − 1) × L ≥ 1 s.
 *
 * What is late is made up for within these bounds. The send a second after a late one is as late itself, so that a stall costs
 * nothing up to L, unless others came at the same place of a second before.
 */
export class Pacer {
  readonly #callsPerSecond: number;
  /** The last r sends of this invocation, oldest first. */
  #sends: number[] = [];
  /** The last send's time by the grid; before the first send, a gap before its. */
  #gridAt = 0;
  #factor = 1;
  #factorAt = 0;

  /** @param callsPerSecond a whole number, at least 1. */
  constructor(callsPerSecond: number) {
    if (!Number.isInteger(callsPerSecond) || callsPerSecond < 1) {
      throw new Error(`a pace must be a whole number of calls per second, at least 1; got ${callsPerSecond}`);
    }
    this.#callsPerSecond = callsPerSecond;
  }

  /** An invocation begins: the slot may have been another environment's until now. */
  begin(now: number): void {
    this.#sends = [];
    this.#gridAt = now + latenessMadeUpMilliseconds;
  }

  /** The earliest time at which the next send may leave. */
  earliest(now: number): number {
    const aSecondAfter = this.#sends.length < this.#callsPerSecond ? 0 : (this.#sends[0] ?? 0) + 1000;
    return Math.max(this.#gridAt + this.#gap(now), aSecondAfter);
  }

  /** A send has left. Called with the actual time, never before `earliest` said. */
  sent(at: number): void {
    // The pace may have been lowered since `earliest` was asked: its time is not later than the send for that.
    const planned = Math.min(at, this.#gridAt + this.#gap(at));
    this.#gridAt = Math.max(planned, at - latenessMadeUpMilliseconds);
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

  #gap(now: number): number {
    return 1000 / this.#callsPerSecond / this.#currentFactor(now);
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
