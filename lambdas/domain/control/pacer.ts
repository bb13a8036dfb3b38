import { type InvocationGap, latenessMadeUpMilliseconds } from './invocation-gap.ts';
import { PaceFactor, type PaceLaw } from './pace-factor.ts';

/**
 * Spaces the sends of one execution environment. It is pure: callers pass the time (monotonic, in milliseconds), and it
 * returns when the next send may leave.
 *
 * The promise: C environments, each with a pacer of r sends a second, together send at most C × r in any sliding
 * second. The pace r is a whole number. This holds for all latencies, for late timers, and when environments change in a slot of the
 * reserved concurrency. Each invocation sends by its own grid, whose times are at least 1 s / r apart. No send leaves before its time. If a
 * send is more than L late, the grid moves on. Between the last grid time of an invocation and the first of the next lies w = 1 s / r + L
 * at least:
 *
 * - With the gap `before`, the first grid time is w after the invocation's start.
 * - With the gap `after`, the invocation returns w after its last grid time. Then the next one may send at once. An environment's first
 *   invocation keeps the gap before, because the one that it replaces may have been killed.
 *
 * The proof, for one slot:
 *
 * - Within an invocation: send n leaves at least a second after send n − r, so r + 1 sends take at least a second.
 * - Across invocations: no invocation ends while a send is under way, and none leaves between two (rate-limiter.ts). The first of r + 1 sends is at most L after its grid time. From that to
 *   the grid time of the last there are r steps. Each is at least 1 / r, and k ≥ 1 of them change the invocation, with w.
 *   So r + 1 sends take at least r / r + k × L − L ≥ 1 s.
 * - After a crash with the gap `after`: a warm environment that idled beside the busy ones may take the slot. Its first grid time is
 *   then only not before the last send of the killed one. So r + x + 1 sends take at least (r + x − 1) / r − L. That is a
 *   second for x = 1 + L × r, rounded up (`mostAfterCrash`). Each further crash of that kind in the same second adds one call.
 *
 * Within these bounds, later sends make up for lateness. The send a second after a late one is as late itself. So a
 * stall up to L costs no pace, unless an earlier send was late at the same place of its second.
 */
export class Pacer {
  readonly #callsPerSecond: number;
  readonly #gapAt: InvocationGap;
  /** The last r sends of this invocation, oldest first. */
  #sends: number[] = [];
  /** The last send's time by the grid. Before the first send, one gap before its time. */
  #gridAt = 0;
  readonly #factor: PaceLaw;
  /** Whether this environment's last invocation has kept the gap after its last send. */
  #hasKeptGap = false;

  /** @param callsPerSecond a whole number, at least 1. */
  constructor(callsPerSecond: number, gap: InvocationGap = 'before', factor: PaceLaw = new PaceFactor(callsPerSecond)) {
    if (!Number.isInteger(callsPerSecond) || callsPerSecond < 1) {
      throw new Error(`a pace must be a whole number of calls per second, at least 1; got ${callsPerSecond}`);
    }
    this.#callsPerSecond = callsPerSecond;
    this.#gapAt = gap;
    this.#factor = factor;
  }

  /** Begins an invocation. Until now, another environment may have used the slot. */
  begin(now: number): void {
    this.#sends = [];
    this.#gridAt = this.#hasKeptGap ? now - 1000 / this.#callsPerSecond : now + latenessMadeUpMilliseconds;
    this.#hasKeptGap = false;
  }

  /**
   * The earliest time at which the invocation may return, when its sends have left. Without a send that is its start. The first invocation of an
   * environment keeps its gap even then, because the slot passes on to an environment that would not.
   */
  returnsAt(): number {
    if (this.#gapAt === 'before') return Number.NEGATIVE_INFINITY;
    const lateness = this.#sends.length > 0 ? latenessMadeUpMilliseconds : 0;
    return this.#gridAt + 1000 / this.#callsPerSecond + lateness;
  }

  /** The invocation returns, not before `returnsAt`. */
  end(): void {
    this.#hasKeptGap = this.#gapAt === 'after';
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
