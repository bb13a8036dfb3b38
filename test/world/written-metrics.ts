import { dimension, metricNamespace } from '../../lambdas/domain/work/names.ts';
import type { PipelineSettings } from '../../lib/config/config-schema.ts';
import { customMetrics } from '../../lib/observability/custom-metrics.ts';
import type { MetricSeries } from '../../local/cloud/telemetry/metric-store.ts';

const named = (name: string, dimensions: Readonly<Record<string, string>>) =>
  JSON.stringify([name, ...Object.entries(dimensions).sort()]);

/** The number of metrics that the functions wrote, and those that lib/observability/custom-metrics.ts does not list. */
export function writtenMetrics(
  series: readonly MetricSeries[],
  settings: Pick<PipelineSettings, 'lanes' | 'producers'>,
): { written: number; unlisted: string[] } {
  const listed = new Set(customMetrics(settings).map(({ name, dimensions }) => named(name, dimensions)));
  const written = series
    .filter(({ namespace }) => namespace === metricNamespace)
    .map(({ name, dimensions: { [dimension.pipeline]: _, ...dimensions } }) => named(name, dimensions));
  return { written: written.length, unlisted: written.filter((one) => !listed.has(one)) };
}
