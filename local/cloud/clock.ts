/** The source of time of the local cloud. A simulated clock can replace it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const wallClock: Clock = { now: () => Date.now() };

/**
 * Runs as fast as the wall clock, and leaps ahead on request. As the `clock` of a local cloud it shifts the time of
 * everything there: engines, functions, schedules, sweeper, metrics and alarms. Several clouds may share one clock.
 */
export class SimulatedClock implements Clock {
  #offsetMilliseconds: number;
  readonly #followers = new Set<(offsetMilliseconds: number) => Promise<void>>();
  #reported: Promise<unknown> = Promise.resolve();

  /**
   * @param startsAtMilliseconds epoch; default: now. It may be in the past, but a leap may not lead there
   * @throws RangeError for a value that is not a whole number, or for a year beyond four digits
   */
  constructor(startsAtMilliseconds = Date.now()) {
    mustHaveADate(startsAtMilliseconds);
    this.#offsetMilliseconds = whole(startsAtMilliseconds - Date.now());
  }

  /** Its lead over the wall clock. Negative if it is behind. */
  get offsetMilliseconds(): number {
    return this.#offsetMilliseconds;
  }

  now(): number {
    return Date.now() + this.#offsetMilliseconds;
  }

  /**
   * Leaps ahead. `now` returns the new time at once.
   *
   * When the promise resolves, the engines have the new time. A message whose delay, visibility time-out or retention
   * has passed is receivable or gone. Schedules that became due have fired once each, and alarms are evaluated.
   * @param milliseconds a whole number, not negative
   * @throws RangeError for any other number, and beyond the year 9999
   * @throws if an engine has ended
   */
  async advance(milliseconds: number): Promise<void> {
    if (!(milliseconds >= 0)) throw new RangeError(`a clock cannot leap by ${milliseconds} ms, only forward`);
    mustHaveADate(this.now() + milliseconds);
    this.#offsetMilliseconds += whole(milliseconds);
    const reported = this.#reported.then(() =>
      Promise.all([...this.#followers].map((follow) => follow(this.#offsetMilliseconds))),
    );
    this.#reported = reported.catch(() => {});
    await reported;
  }

  /**
   * Leaps to a moment, as `advance` does.
   * @param epochMilliseconds not before `now`
   * @throws as `advance`
   */
  async set(epochMilliseconds: number): Promise<void> {
    await this.advance(epochMilliseconds - this.now());
  }

  /**
   * Reports every leap to a follower, one after the other.
   * @param follower takes the offset after the leap
   * @returns a function that ends it
   */
  follow(follower: (offsetMilliseconds: number) => Promise<void>): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}

/** Dates are written with four digits for a year. */
const endMilliseconds = Date.UTC(10_000, 0);

function mustHaveADate(epochMilliseconds: number): void {
  if (epochMilliseconds >= 0 && epochMilliseconds < endMilliseconds) return;
  throw new RangeError(`a clock cannot be set to ${epochMilliseconds} ms, only from 1970 to 9999`);
}

function whole(milliseconds: number): number {
  if (!Number.isSafeInteger(milliseconds))
    throw new RangeError(`${milliseconds} is not a whole number of milliseconds`);
  return milliseconds;
}
