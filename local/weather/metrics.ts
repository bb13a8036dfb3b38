import type { MetricStore } from '../cloud/telemetry/metric-store.ts';
import type { WeatherPlan } from './plan.ts';

type Record = Pick<MetricStore, 'record'>;

const lateMilliseconds = [60_000, 120_000] as const;

/**
 * Records what it is given a minute or two later, when the plan says so.
 * @param later as `setTimeout`
 */
export function lateMetrics(
  plan: WeatherPlan,
  metrics: Record,
  later: (call: () => void, milliseconds: number) => void,
): Record {
  return {
    record: (...values) => {
      if (!plan.strikes('metrics-late')) return metrics.record(...values);
      later(() => metrics.record(...values), plan.between('metrics-late', ...lateMilliseconds));
    },
  };
}
