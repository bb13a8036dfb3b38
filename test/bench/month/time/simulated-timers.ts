import type { SimulatedClock } from './simulated-clock.ts';

/**
 * Lets `setTimeout` and `clearTimeout` follow a simulated clock while something runs. The batches of the adapters wait by timers, and
 * on the machine's clock they would wait for ever.
 */
export async function withSimulatedTimers<Result>(clock: SimulatedClock, run: () => Promise<Result>): Promise<Result> {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const cancelled = new WeakSet<object>();
  const set = (happen: () => void, milliseconds = 0) => {
    const timer = { unref: () => timer, ref: () => timer };
    clock.at(clock.wallMilliseconds() + milliseconds, () => {
      if (!cancelled.has(timer)) happen();
    });
    return timer;
  };
  const clear = (timer?: object) => void (timer !== undefined && cancelled.add(timer));
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  try {
    return await run();
  } finally {
    Object.assign(globalThis, real);
  }
}
