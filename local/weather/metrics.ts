import type { MetricStore } from '../cloud/telemetry/metric-store.ts';
import type { Later } from './later.ts';
import type { WeatherPlan } from './plan.ts';

type Record = Pick<MetricStore, 'record'>;

const lateMilliseconds = [60_000, 120_000] as const;

/** Records a metric a minute or two late if the plan decides so. */
export function lateMetrics(plan: WeatherPlan, metrics: Record, later: Later): Record {
  return {
    record: (...values) => {
      if (!plan.strikes('metrics-late')) return metrics.record(...values);
      later(() => metrics.record(...values), plan.between('metrics-late', ...lateMilliseconds));
    },
  };
}
