import type { InvocationGap } from '../domain/control/invocation-gap.ts';
import { Pacer, type Turn, type Turns } from '../domain/control/pacer.ts';
import type { Clock } from '../domain/work/clock.ts';

/** Even at a slow pace, a ledger read of some milliseconds must not delay the next turn. */
const leastPreparing = 8;

/**
 * The rate limiter of one execution environment. It grants calls one by one, at the pacer's times, first in, first out.
 * It outlives invocations and remembers a 429. Each invocation that calls the API must begin with `beginInvocation` and end with `endInvocation`. Between the two of
 * different invocations, another environment may use the slot, so no call gets a turn.
 */
export class RateLimiter implements Turns {
  readonly #pacer: Pacer;
  readonly #clock: Clock;
  #last: Promise<void> = Promise.resolve();
  readonly #mostPreparing: number;
  /** Permits that are taken: commands being prepared for their first turn. */
  #preparing = 0;
  #waiters: (() => void)[] = [];
  /** Calls that wait for their turn. */
  #waiting = 0;
  /** Whether an invocation is under way. */
  #open = false;

  /** @param mostPreparing how many commands may be prepared for their turn at once (see `acquire`) */
  constructor(pacer: Pacer, clock: Clock, mostPreparing = Number.POSITIVE_INFINITY) {
    this.#pacer = pacer;
    this.#clock = clock;
    this.#mostPreparing = mostPreparing;
    this.beginInvocation();
  }

  /** @param callsPerSecond one environment's share of the rate, a whole number */
  static atPace(callsPerSecond: number, clock: Clock, gap: InvocationGap = 'before'): RateLimiter {
    const mostPreparing = Math.max(leastPreparing, Math.ceil(callsPerSecond / 4));
    return new RateLimiter(new Pacer(callsPerSecond, gap), clock, mostPreparing);
  }

  /** Until now, another environment may have used the slot. */
  beginInvocation(): void {
    this.#pacer.begin(this.#clock.monotonicMilliseconds());
    this.#open = true;
    this.#preparing = 0;
    for (const proceed of this.#waiters.splice(0)) proceed();
  }

  /**
   * Resolves when the invocation may return: when no turn is under way, and with the gap `after`, some time after its last send. The last call's
   * answer usually takes longer. If the environment ends before this resolves, the one that replaces it keeps the gap.
   */
  async endInvocation(): Promise<void> {
    // Work that has thrown may have left calls behind. Those that wait for their turn still have it, and no other gets one.
    this.#open = false;
    await this.#last;
    for (;;) {
      const wait = this.#pacer.returnsAt() - this.#clock.monotonicMilliseconds();
      if (wait <= 0) break;
      await this.#clock.sleep(wait);
    }
    this.#pacer.end();
  }

  /**
   * Acquires a permit to prepare a command. At most a quarter of a second's calls hold one, so what a command reads
   * from the ledger is still fresh at its turn. A turn releases the permit, and so does `release`.
   */
  async acquire(): Promise<void> {
    while (this.#preparing >= this.#mostPreparing) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
    this.#preparing++;
  }

  /** Releases a permit: a command has had its turn, or has ended without one. */
  release(): void {
    this.#preparing = Math.max(0, this.#preparing - 1);
    this.#waiters.shift()?.();
  }

  /** @throws Error if the invocation has ended: the call would leave beside those of another environment */
  async next(): Promise<Turn> {
    if (!this.#open)
      throw new Error('a call to the OneLink API came after the end of its invocation, and was not sent');
    const before = this.#last;
    const { promise: left, resolve: release } = Promise.withResolvers<void>();
    this.#last = left;
    this.#waiting++;
    await before;
    for (;;) {
      const now = this.#clock.monotonicMilliseconds();
      const wait = this.#pacer.earliest(now) - now;
      if (wait <= 0) break;
      await this.#clock.sleep(wait);
    }
    this.#waiting--;
    this.release();
    let open = true;
    return {
      sent: () => {
        if (!open) return;
        open = false;
        // The gap starts here: a new connection's handshake has delayed the next call too.
        this.#pacer.sent(this.#clock.monotonicMilliseconds());
        release();
      },
    };
  }

  /**
   * How long the calls that wait now take to have their turns. After 429s the pace is low, and calls that are sent again wait beside the
   * first ones: up to twenty seconds of them.
   */
  backlogMilliseconds(): number {
    return this.#pacer.millisecondsFor(this.#waiting, this.#clock.monotonicMilliseconds());
  }

  slowDown(): void {
    this.#pacer.slowDown(this.#clock.monotonicMilliseconds());
  }

  /** The API has just recovered from a failure: the pace begins low. */
  easeIn(): void {
    this.#pacer.easeIn(this.#clock.monotonicMilliseconds());
  }
}
