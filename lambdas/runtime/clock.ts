import type { Clock } from '../domain/work/clock.ts';

export const systemClock: Clock = {
  wallMilliseconds: () => Date.now(),
  monotonicMilliseconds: () => performance.now(),
  sleep: (milliseconds) =>
    milliseconds <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, Math.ceil(milliseconds))),
};
