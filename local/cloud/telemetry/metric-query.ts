import { z } from 'zod';
import { type Datapoints, parseExpression } from './math-expression.ts';
import { isStatistic, type MetricSeries, type MetricStore, slotMilliseconds } from './metric-store.ts';

export const dimensionsSchema = z
  .array(z.object({ Name: z.string(), Value: z.coerce.string() }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ Name, Value }) => [Name, Value])));

/** One metric or expression, in the common form of alarms and GetMetricData. */
export const metricQuerySchema = z.looseObject({
  Id: z.string(),
  Expression: z.string().optional(),
  MetricStat: z
    .looseObject({
      Metric: z.looseObject({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensionsSchema }),
      Period: z.coerce.number(),
      Stat: z.string(),
    })
    .optional(),
  ReturnData: z.boolean().default(true),
});

export type MetricQuery = z.infer<typeof metricQuerySchema>;

/** A resolved query. */
export interface QueriedMetric {
  readonly periodMilliseconds: number;
  /** The metrics that it uses. */
  readonly series: readonly MetricSeries[];
  /** The value of one period, epoch milliseconds. Undefined if there is none. */
  readonly datapoint: (from: number, to: number) => number | undefined;
}

/**
 * One statistic of one metric.
 * @throws for a statistic or a period that is not implemented
 */
export function queryStatistic(
  metrics: MetricStore,
  metric: MetricSeries,
  statistic: string,
  periodSeconds: number,
): QueriedMetric {
  if (!isStatistic(statistic)) throw new Error(`the statistic ${statistic} is not implemented here`);
  const periodMilliseconds = periodSeconds * 1000;
  if (!(periodMilliseconds > 0) || periodMilliseconds % slotMilliseconds !== 0) {
    throw new Error(`a period of ${periodSeconds} seconds is not implemented here`);
  }
  const datapoint = (from: number, to: number) => metrics.statistic(metric, statistic, from, to);
  return { periodMilliseconds, series: [metric], datapoint };
}

/**
 * One query of a list. An expression's datapoint comes from those of its metrics and of other expressions. Its period
 * is the longest of theirs.
 * @throws if the query, or one that it names, is unknown or not implemented
 */
export function queryMetric(metrics: MetricStore, queries: readonly MetricQuery[], id: string): QueriedMetric {
  const query = queries.find(({ Id }) => Id === id);
  if (!query) throw new Error(`no metric ${id}`);
  if (query.MetricStat) {
    const { Metric, Stat, Period } = query.MetricStat;
    const { Namespace: namespace, MetricName: name, Dimensions: dimensions } = Metric;
    return queryStatistic(metrics, { namespace, name, dimensions }, Stat, Period);
  }
  const expression = parseExpression(query.Expression ?? '');
  // Without its own ID: an expression cannot refer to itself.
  const others = queries.filter((other) => other !== query);
  const inputs = expression.ids.map((input) => [input, queryMetric(metrics, others, input)] as const);
  if (inputs.length === 0) throw new Error(`the expression ${query.Expression} names no metric`);
  return {
    periodMilliseconds: Math.max(...inputs.map(([, { periodMilliseconds }]) => periodMilliseconds)),
    series: inputs.flatMap(([, { series }]) => series),
    datapoint: (from, to) => {
      const datapoints: Datapoints = Object.fromEntries(
        inputs.map(([input, { datapoint }]) => [input, datapoint(from, to)]),
      );
      return expression.evaluate(datapoints);
    },
  };
}
