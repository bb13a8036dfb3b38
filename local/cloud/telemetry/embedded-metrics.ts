import { z } from 'zod';
import { jsonOf } from '../services/wire.ts';
import type { MetricStore } from './metric-store.ts';

const documentSchema = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.looseObject({ Name: z.string() })),
      }),
    ),
  }),
});
const valuesSchema = z.union([z.number().transform((value) => [value]), z.array(z.number())]);

/**
 * Records the metrics of a log line, if it is a document of CloudWatch's embedded metric format.
 * @see
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function recordEmbeddedMetrics(line: string, metrics: Pick<MetricStore, 'record'>): void {
  // Most lines are not. This check is cheaper than parsing each line.
  if (!line.startsWith('{') || !line.includes('"CloudWatchMetrics"')) return;
  const document = documentSchema.safeParse(jsonOf(line)).data;
  if (!document) return;
  for (const { Namespace, Dimensions, Metrics } of document._aws.CloudWatchMetrics) {
    for (const { Name } of Metrics) {
      const values = valuesSchema.safeParse(document[Name]).data;
      if (!values) continue;
      for (const names of Dimensions.length > 0 ? Dimensions : [[]]) {
        const dimensions = Object.fromEntries(names.map((name) => [name, String(document[name])]));
        metrics.record(Namespace, Name, dimensions, ...values);
      }
    }
  }
}
