import type { Clock } from '../../lambdas/domain/work/clock.ts';

/** A clock whose time moves to the next sleeper's when nothing else is left to do. */
export class SteppedClock implements Clock {
  #now: number;
  #sleepers: { at: number; wake: () => void }[] = [];

  constructor(now = 0) {
    this.#now = now;
  }

  wallMilliseconds = () => this.#now;
  monotonicMilliseconds = () => this.#now;
  sleep = (milliseconds: number) =>
    new Promise<void>((wake) => this.#sleepers.push({ at: this.#now + milliseconds, wake }));

  async until<Value>(work: Promise<Value>): Promise<Value> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    work.then(end, end);
    for (;;) {
      await new Promise(setImmediate);
      if (ended) return work;
      const [next] = this.#sleepers.sort((one, other) => one.at - other.at).splice(0, 1);
      if (next === undefined) throw new Error('nothing is left that could happen');
      this.#now = next.at;
      next.wake();
    }
  }
}
