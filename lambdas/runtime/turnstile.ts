import type { Clock } from '../domain/clock.ts';
import { Pacer, type Turn, type Turns } from '../domain/pacer.ts';

/**
 * Lets the calls of one execution environment through one by one, at the pacer's times, in the order they came. It
 * outlives invocations (what it learned from a 429 stays); each must begin with `beginInvocation`.
 */
export class Turnstile implements Turns {
  readonly #pacer: Pacer;
  readonly #clock: Clock;
  #last: Promise<void> = Promise.resolve();

  constructor(pacer: Pacer, clock: Clock) {
    this.#pacer = pacer;
    this.#clock = clock;
    this.beginInvocation();
  }

  /** @param callsPerSecond one environment's share of the rate, a whole number. */
  static atPace(callsPerSecond: number, clock: Clock): Turnstile {
    return new Turnstile(new Pacer(callsPerSecond), clock);
  }

  /** The slot may have been another environment's until now. */
  beginInvocation(): void {
    this.#pacer.begin(this.#clock.monotonicMilliseconds());
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
