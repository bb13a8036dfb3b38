import { type CloudWatchClient, GetMetricDataCommand, type MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { dimension, metricNamespace } from '../../../lambdas/domain/work/names.ts';

/** A metric of the pipeline. Every one has the pipeline's name as a dimension. */
export interface PipelineMetric {
  name: string;
  lane: string;
  operation?: string;
  /** Default: `Sum`. */
  statistic?: 'Sum' | 'SampleCount';
}

/** A sum or count of one period. `at` is the start of the period, in epoch milliseconds. */
export interface Reading {
  at: number;
  value: number;
}

/** A request has at most 500 queries (CloudWatch API, GetMetricData). */
const mostQueries = 500;

/**
 * The sums or counts of metrics, period by period, the oldest first. A period in which nothing happened is left out.
 *
 * @returns one list for each metric, in their order
 */
export async function readMetrics(
  client: Pick<CloudWatchClient, 'send'>,
  service: string,
  metrics: readonly PipelineMetric[],
  { from, to, periodSeconds }: { from: number; to: number; periodSeconds: number },
): Promise<Reading[][]> {
  const found = metrics.map((): Reading[] => []);
  for (let start = 0; start < metrics.length; start += mostQueries) {
    const asked = metrics.slice(start, start + mostQueries);
    const request = {
      StartTime: new Date(from),
      EndTime: new Date(to),
      ScanBy: 'TimestampAscending' as const,
      MetricDataQueries: asked.map((metric, index) => queryOf(metric, service, start + index, periodSeconds)),
    };
    let NextToken: string | undefined;
    do {
      const page = await client.send(new GetMetricDataCommand({ ...request, ...(NextToken && { NextToken }) }));
      for (const result of page.MetricDataResults ?? []) found[indexOf(result)]?.push(...readingsIn(result));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  }
  return found;
}

function queryOf(
  { name, lane, operation, statistic: Stat = 'Sum' }: PipelineMetric,
  service: string,
  index: number,
  Period: number,
) {
  const dimensions = {
    [dimension.pipeline]: service,
    [dimension.lane]: lane,
    ...(operation !== undefined && { [dimension.operation]: operation }),
  };
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: metricNamespace, MetricName: name, Dimensions };
  return { Id: `m${index}`, MetricStat: { Metric, Period, Stat } };
}

const indexOf = ({ Id = '' }: MetricDataResult) => Number(Id.slice(1));

function readingsIn({ Timestamps = [], Values = [] }: MetricDataResult): Reading[] {
  return Timestamps.flatMap((at, index) => {
    const value = Values[index];
    return value === undefined ? [] : [{ at: at.getTime(), value }];
  });
}
