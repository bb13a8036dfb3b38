import { AsyncLocalStorage } from 'node:async_hooks';
import type { SimulatedClock } from './simulated-clock.ts';

/**
 * Lets `setTimeout` and `clearTimeout` follow a simulated clock while something runs. The batches of the adapters wait by timers, and
 * on the machine's clock they would wait for ever. Timers of other code in this process, such as a connection that an earlier test has
 * left, stay on the machine's clock.
 */
export async function withSimulatedTimers<Result>(clock: SimulatedClock, run: () => Promise<Result>): Promise<Result> {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const inside = new AsyncLocalStorage<true>();
  const simulated = new WeakSet<object>();
  const cancelled = new WeakSet<object>();
  const set = (happen: (...values: unknown[]) => void, milliseconds = 0, ...values: unknown[]) => {
    if (inside.getStore() === undefined) return real.setTimeout(happen, milliseconds, ...values);
    const timer = { unref: () => timer, ref: () => timer };
    simulated.add(timer);
    clock.at(clock.wallMilliseconds() + milliseconds, () => {
      if (!cancelled.has(timer)) happen(...values);
    });
    return timer;
  };
  const clear = (timer?: object) => {
    if (timer === undefined || simulated.has(timer)) return void (timer !== undefined && cancelled.add(timer));
    real.clearTimeout(timer as NodeJS.Timeout);
  };
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  try {
    return await inside.run(true, run);
  } finally {
    Object.assign(globalThis, real);
  }
}
