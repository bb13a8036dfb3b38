import { PaceFactor, type PaceLaw } from './pace-factor.ts';

/**
 * The lateness that later sends may make up for. Node's timers usually fire a millisecond late. Garbage collection and
 * Lambda's CPU throttling add more. Each invocation waits this much longer before its first send.
 */
const latenessMadeUpMilliseconds = 20;

/**
 * Spaces the sends of one execution environment. It is pure: callers pass the time (monotonic, in milliseconds), and it
 * returns when the next send may leave.
 *
 * The promise: C environments, each with a pacer of r sends a second, together send at most C × r in any sliding
 * second. The pace r is a whole number. This holds for all latencies, for late timers, and when environments change in a slot of the
 * reserved concurrency. Each invocation sends by its own grid. The grid's times are at least 1 s / r apart, and the
 * first is w = 1 s / r + L after the invocation's start. No send leaves before its time. If a send is more than L late,
 * the grid moves on. The proof, for one slot:
 *
 * - Within an invocation: send n leaves at least a second after send n − r, so r + 1 sends take at least a second.
 * - Across invocations: no invocation returns while a send is under way. Of r + 1 sends, the first p belong to one
 *   invocation, so they take at least (p − 1) / r − L. Each later invocation, in any environment, adds w, and 1 / r for
 *   each further send of its own. So k ≥ 1 changes of invocation take at least
 *   (p − 1) / r − L + (r + 1 − p − k) / r + k × w = 1 s + (k − 1) × L ≥ 1 s.
 *
 * Within these bounds, later sends make up for lateness. The send a second after a late one is as late itself. So a
 * stall up to L costs no pace, unless an earlier send was late at the same place of its second.
 */
export class Pacer {
  readonly #callsPerSecond: number;
  /** The last r sends of this invocation, oldest first. */
  #sends: number[] = [];
  /** The last send's time by the grid. Before the first send, one gap before its time. */
  #gridAt = 0;
  readonly #factor: PaceLaw;

  /** @param callsPerSecond a whole number, at least 1. */
  constructor(callsPerSecond: number, factor: PaceLaw = new PaceFactor(callsPerSecond)) {
    if (!Number.isInteger(callsPerSecond) || callsPerSecond < 1) {
      throw new Error(`a pace must be a whole number of calls per second, at least 1; got ${callsPerSecond}`);
    }
    this.#callsPerSecond = callsPerSecond;
    this.#factor = factor;
  }

  /** Begins an invocation. Until now, another environment may have used the slot. */
  begin(now: number): void {
    this.#sends = [];
    this.#gridAt = now + latenessMadeUpMilliseconds;
  }

  /** The earliest time at which the next send may leave. */
  earliest(now: number): number {
    const aSecondAfter = this.#sends.length < this.#callsPerSecond ? 0 : (this.#sends[0] ?? 0) + 1000;
    return Math.max(this.#gridAt + this.#gap(now), aSecondAfter);
  }

  /** How long so many sends take from now on at the present pace, in milliseconds. The pace recovers from 429s, so it may be less. */
  millisecondsFor(sends: number, now: number): number {
    return sends === 0 ? 0 : Math.max(0, this.earliest(now) - now) + (sends - 1) * this.#gap(now);
  }

  /** Records a send. @param at the actual time, not before the result of `earliest` */
  sent(at: number): void {
    // If the pace fell after the call of `earliest`, the grid's time would be later than the send.
    const planned = Math.min(at, this.#gridAt + this.#gap(at));
    this.#gridAt = Math.max(planned, at - latenessMadeUpMilliseconds);
    this.#sends.push(at);
    if (this.#sends.length > this.#callsPerSecond) this.#sends.shift();
  }

  /** After a 429: slows down this invocation and later ones in this environment (pace-factor.ts). */
  slowDown(now: number): void {
    this.#factor.refused(now);
  }

  /** After a recent failure of the API: begins at the lowest pace, and speeds up as after 429s. */
  easeIn(now: number): void {
    this.#factor.easeIn(now);
  }

  #gap(now: number): number {
    return 1000 / this.#callsPerSecond / this.#factor.at(now);
  }
}

/** The rate limiter: every call to the OneLink API waits for a turn. */
export interface Turns {
  /** Resolves when the caller must send at once. Turns are granted one at a time: the next waits until `sent`. */
  next(): Promise<Turn>;
  /** The API has reported that the rate was exceeded. */
  slowDown(): void;
}
export interface Turn {
  /** The request's bytes have left, or never will. Each turn calls this once. */
  sent(): void;
}
