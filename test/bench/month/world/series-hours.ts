import type { Observer } from '../../../../lambdas/domain/work/observer.ts';
import { CallMetrics, type Dimensions } from '../../../../lambdas/runtime/call-metrics.ts';

const hour = 3_600_000;

/**
 * The hours in which each metric is written. CloudWatch bills a metric, which is a name with its dimensions, for each hour with a
 * value. It also passes everything on.
 */
export class SeriesHours extends CallMetrics {
  /** The distinct hours of each metric, by name and dimensions. */
  readonly hours = new Map<string, Set<number>>();
  readonly #now: () => number;
  readonly #next: Observer;

  constructor(now: () => number, next: Observer) {
    super();
    this.#now = now;
    this.#next = next;
  }

  beginInvocation(): void {}
  endInvocation(): void {}

  observer(dimensions: Dimensions): Observer {
    const next = this.#next;
    const place = JSON.stringify(Object.entries(dimensions).sort());
    const wrote = (metric: string) => {
      const key = `${metric} ${place}`;
      const hours = this.hours.get(key) ?? new Set();
      this.hours.set(key, hours.add(Math.floor(this.#now() / hour)));
    };
    return {
      ...next,
      count: (metric, by) => {
        wrote(metric);
        next.count(metric, by);
      },
      milliseconds: (metric, value) => {
        wrote(metric);
        next.milliseconds(metric, value);
      },
      level: (metric, value, unit) => {
        wrote(metric);
        next.level(metric, value, unit);
      },
    };
  }
}
