import type { Clock } from '../../../../lambdas/domain/work/clock.ts';

/** How long AWS's services take to answer in the simulated world: usual times within a region. */
export const serviceMilliseconds = { table: 5, topic: 15, queue: 10, bucket: 30 } as const;

/** How long the OneLink API takes to answer. */
export const apiMilliseconds = 100;

const AsyncGenerator = async function* () {}.constructor;

/** The port, each of whose calls takes a time on the clock before it takes effect. What it gives bit by bit takes none. */
export function slow<Port extends object>(port: Port, clock: Pick<Clock, 'sleep'>, milliseconds: number): Port {
  const slowed = new Map<PropertyKey, unknown>();
  return new Proxy(port, {
    get: (target, name) => {
      const known = slowed.get(name);
      if (known !== undefined) return known;
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const call = async (...given: unknown[]) => {
        await clock.sleep(milliseconds);
        return Reflect.apply(value, target, given);
      };
      if (value instanceof AsyncGenerator) return value.bind(target);
      slowed.set(name, call);
      return call;
    },
  });
}
