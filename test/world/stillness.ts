import type { Clock } from '../../lambdas/domain/work/clock.ts';
import type { Observer } from '../../lambdas/domain/work/observer.ts';

/** An observer that keeps nothing. */
export const silentObserver: Observer = {
  count: () => {},
  milliseconds: () => {},
  level: () => {},
  info: () => {},
  warn: () => {},
};

/** A clock that stands at this time, and whose sleep ends at once. */
export const stillClock = (nowMilliseconds = 0): Clock => ({
  wallMilliseconds: () => nowMilliseconds,
  monotonicMilliseconds: () => 0,
  sleep: async () => {},
});
