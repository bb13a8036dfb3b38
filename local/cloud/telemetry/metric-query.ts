import { z } from 'zod';
import { type Datapoints, parseExpression } from './math-expression.ts';
import { isStatistic, type MetricSeries, type MetricStore, slotMilliseconds } from './metric-store.ts';

export const dimensionsSchema = z
  .array(z.object({ Name: z.string(), Value: z.coerce.string() }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ Name, Value }) => [Name, Value])));

/** One metric or expression, as alarms and GetMetricData have them alike. */
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

/** What a query comes to. */
export interface QueriedMetric {
  readonly periodMilliseconds: number;
  /** The metrics that it is made of. */
  readonly series: readonly MetricSeries[];
  /** The value of one period, epoch milliseconds; undefined where there is none. */
  readonly datapoint: (from: number, to: number) => number | undefined;
}

/**
 * One statistic of one metric.
 * @throws for a statistic or a period that is not carried out
 */
export function queryStatistic(
  metrics: MetricStore,
  metric: MetricSeries,
  statistic: string,
  periodSeconds: number,
): QueriedMetric {
  if (!isStatistic(statistic)) throw new Error(`the statistic ${statistic} is not carried out here`);
  const periodMilliseconds = periodSeconds * 1000;
  if (!(periodMilliseconds > 0) || periodMilliseconds % slotMilliseconds !== 0) {
    throw new Error(`a period of ${periodSeconds} seconds is not carried out here`);
  }
  const datapoint = (from: number, to: number) => metrics.statistic(metric, statistic, from, to);
  return { periodMilliseconds, series: [metric], datapoint };
}

/**
 * One query out of a list. An expression's datapoint is worked out from those of its metrics and of other expressions,
 * and its period is the longest of theirs.
 * @throws when it, or one that it names, is not carried out or not there
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
  // Its own ID is out of sight, lest it go round in circles.
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
