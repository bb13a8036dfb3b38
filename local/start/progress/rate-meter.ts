/** Events per second over the last few seconds. */
export class RateMeter {
  readonly #windowMilliseconds: number;
  #samples: { at: number; count: number }[] = [];

  constructor(windowSeconds = 5) {
    this.#windowMilliseconds = windowSeconds * 1000;
  }

  /** @param count the running total at that time, in milliseconds of a monotonic clock */
  sample(count: number, at: number): void {
    this.#samples.push({ at, count });
    // One sample from before the window stays as its start.
    while ((this.#samples[1]?.at ?? at) <= at - this.#windowMilliseconds) this.#samples.shift();
  }

  get perSecond(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return ((last.count - first.count) * 1000) / (last.at - first.at);
  }
}
