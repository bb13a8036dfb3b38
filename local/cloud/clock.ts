/** Where the local cloud takes the time from, so that a simulated clock can stand in for it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const wallClock: Clock = { now: () => Date.now() };

/**
 * Runs as fast as the wall clock, and leaps ahead when it is told to. As the `clock` of a local cloud it shifts the
 * time of everything there: engines, functions, schedules, sweeper, metrics and alarms. One clock may drive several.
 */
export class SimulatedClock implements Clock {
  #offsetMilliseconds: number;
  readonly #followers = new Set<(offsetMilliseconds: number) => Promise<void>>();
  #told: Promise<unknown> = Promise.resolve();

  /**
   * @param startsAtMilliseconds epoch; default: now. It may be in the past, only the leaps may not lead there
   * @throws RangeError for what is not a whole number, or beyond the dates that have four digits for a year
   */
  constructor(startsAtMilliseconds = Date.now()) {
    mustHaveADate(startsAtMilliseconds);
    this.#offsetMilliseconds = whole(startsAtMilliseconds - Date.now());
  }

  /** How far it is ahead of the wall clock; negative if behind. */
  get offsetMilliseconds(): number {
    return this.#offsetMilliseconds;
  }

  now(): number {
    return Date.now() + this.#offsetMilliseconds;
  }

  /**
   * Leaps ahead. `now` tells the new time at once.
   *
   * When it resolves, the engines have it: messages whose delay, visibility time-out or retention was leapt over are
   * receivable or gone. Schedules that came due have fired once each, and alarms are evaluated.
   * @param milliseconds a whole number, not negative
   * @throws RangeError for any other number, and beyond the year 9999
   * @throws when an engine is gone
   */
  async advance(milliseconds: number): Promise<void> {
    if (!(milliseconds >= 0)) throw new RangeError(`a clock goes forward, not by ${milliseconds} ms`);
    mustHaveADate(this.now() + milliseconds);
    this.#offsetMilliseconds += whole(milliseconds);
    const told = this.#told.then(() => Promise.all([...this.#followers].map((tell) => tell(this.#offsetMilliseconds))));
    this.#told = told.catch(() => {});
    await told;
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
   * Has every leap told, one after the other.
   * @param tell takes the offset after the leap
   * @returns ends it
   */
  follow(tell: (offsetMilliseconds: number) => Promise<void>): () => void {
    this.#followers.add(tell);
    return () => this.#followers.delete(tell);
  }
}

/** Dates are written with four digits for a year. */
const endMilliseconds = Date.UTC(10_000, 0);

function mustHaveADate(epochMilliseconds: number): void {
  if (epochMilliseconds >= 0 && epochMilliseconds < endMilliseconds) return;
  throw new RangeError(`a clock cannot stand at ${epochMilliseconds} ms, only from 1970 to 9999`);
}

function whole(milliseconds: number): number {
  if (!Number.isSafeInteger(milliseconds))
    throw new RangeError(`${milliseconds} is not a whole number of milliseconds`);
  return milliseconds;
}
