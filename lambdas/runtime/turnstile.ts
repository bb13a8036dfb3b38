import { Pacer, type Turn, type Turns } from '../domain/control/pacer.ts';
import type { Clock } from '../domain/work/clock.ts';

/** At a slow pace as well a read of the ledger, some milliseconds, must not hold up the next turn. */
const leastApproaching = 8;

/**
 * Lets the calls of one execution environment through one by one, at the pacer's times, in the order they came. It
 * outlives invocations (what it learned from a 429 stays); each must begin with `beginInvocation`.
 */
export class Turnstile implements Turns {
  readonly #pacer: Pacer;
  readonly #clock: Clock;
  #last: Promise<void> = Promise.resolve();
  readonly #mostApproaching: number;
  /** Work on its way to its first turn. */
  #approaching = 0;
  #doors: (() => void)[] = [];

  /** @param mostApproaching how much work may be on its way to its turn (see `approach`) */
  constructor(pacer: Pacer, clock: Clock, mostApproaching = Number.POSITIVE_INFINITY) {
    this.#pacer = pacer;
    this.#clock = clock;
    this.#mostApproaching = mostApproaching;
    this.beginInvocation();
  }

  /** @param callsPerSecond one environment's share of the rate, a whole number. */
  static atPace(callsPerSecond: number, clock: Clock): Turnstile {
    return new Turnstile(new Pacer(callsPerSecond), clock, Math.max(leastApproaching, Math.ceil(callsPerSecond / 4)));
  }

  /** The slot may have been another environment's until now. */
  beginInvocation(): void {
    this.#pacer.begin(this.#clock.monotonicMilliseconds());
    this.#approaching = 0;
    for (const open of this.#doors.splice(0)) open();
  }

  /**
   * Resolves when so little work is on its way to its turn that what it finds out before (has somebody answered the request
   * meanwhile?) is still true when the turn comes: a quarter of a second's calls. Each ends with a turn, or with `arrive`.
   */
  async approach(): Promise<void> {
    while (this.#approaching >= this.#mostApproaching) {
      await new Promise<void>((resolve) => this.#doors.push(resolve));
    }
    this.#approaching++;
  }

  /** Some work has had its turn, or has ended without one. */
  arrive(): void {
    this.#approaching = Math.max(0, this.#approaching - 1);
    this.#doors.shift()?.();
  }

  async next(): Promise<Turn> {
    const before = this.#last;
    const { promise: left, resolve: release } = Promise.withResolvers<void>();
    this.#last = left;
    await before;
    for (;;) {
      const now = this.#clock.monotonicMilliseconds();
      const wait = this.#pacer.earliest(now) - now;
      if (wait <= 0) break;
      await this.#clock.sleep(wait);
    }
    this.arrive();
    let open = true;
    return {
      sent: () => {
        if (!open) return;
        open = false;
        // The gap counts from here: a connection that first had to be made has held the next one back as well.
        this.#pacer.sent(this.#clock.monotonicMilliseconds());
        release();
      },
    };
  }

  slowDown(): void {
    this.#pacer.slowDown(this.#clock.monotonicMilliseconds());
  }

  /** The API was unwell a while ago: the pace begins low. */
  easeIn(): void {
    this.#pacer.easeIn(this.#clock.monotonicMilliseconds());
  }
}
