import type { Clock } from '../../../../lambdas/domain/work/clock.ts';
import { EventHeap } from './event-heap.ts';

/**
 * A clock whose time stands while anything works, and leaps to the next event when all is idle. Everything that takes time in the
 * simulated world sleeps on this clock, so a month takes as long as its work. Events happen in one order, whatever the machine.
 *
 *     events of the earliest time happen ─▶ all that they have woken runs until it waits again ─▶ the next time
 *
 * What runs in between must wait for nothing but promises: neither for a timer nor for a file.
 */
export class SimulatedClock implements Clock {
  #now: number;
  #places = 0;
  readonly #events = new EventHeap();
  #failure: { error: unknown } | undefined;
  /** Events that have happened. */
  happened = 0;

  /** @param now epoch milliseconds */
  constructor(now: number) {
    this.#now = now;
  }

  wallMilliseconds = (): number => this.#now;
  /** The same as the wall's time: nobody sets this clock. */
  monotonicMilliseconds = (): number => this.#now;

  sleep = (milliseconds: number): Promise<void> =>
    milliseconds <= 0 ? Promise.resolve() : new Promise((wake) => this.at(this.#now + milliseconds, wake));

  /** Plans an event. If its time has passed, it happens next. */
  at(time: number, happen: () => void): void {
    this.#events.add({ at: Math.max(time, this.#now), place: this.#places++, happen });
  }

  /** Starts work beside everything else. If it fails, the run fails. */
  start(work: () => Promise<unknown>): void {
    work().catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /**
   * Plans work for each period, the first at its start.
   *
   * @param isBusy whether the period's work is dropped, as Lambda drops a start above the reserved concurrency
   */
  every(milliseconds: number, work: () => Promise<unknown>, isBusy: () => boolean = () => false): void {
    const begin = (time: number) =>
      this.at(time, () => {
        begin(time + milliseconds);
        if (!isBusy()) this.start(work);
      });
    begin(Math.ceil(this.#now / milliseconds) * milliseconds);
  }

  /**
   * Lets time pass until then.
   *
   * @throws Error with which started work has failed
   */
  async runUntil(time: number): Promise<void> {
    await this.#settled();
    for (let next = this.#events.first; next !== undefined && next.at <= time; next = this.#events.first) {
      this.#now = next.at;
      for (; next !== undefined && next.at === this.#now; next = this.#events.first) {
        this.#events.take()?.happen();
        this.happened++;
      }
      await this.#settled();
    }
    this.#now = Math.max(this.#now, time);
  }

  /** Resolves when everything waits. Node runs all that promises have woken before it runs this. */
  async #settled(): Promise<void> {
    await new Promise(setImmediate);
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
