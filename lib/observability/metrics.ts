import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import {
  dimension,
  type governorMetric,
  type laneMetric,
  metricNamespace,
  type Operation,
  type operationMetric,
} from '../../lambdas/names.ts';

type Values<Names> = Names[keyof Names] & string;

/** The metrics that the functions write, as CloudWatch addresses them. Five minutes and sums, unless asked otherwise. */
export const pipelineMetrics = (serviceName: string) => {
  const metric = (metricName: string, dimensionsMap: Record<string, string>, options: MetricOptions) =>
    new Metric({
      namespace: metricNamespace,
      metricName,
      dimensionsMap: { [dimension.pipeline]: serviceName, ...dimensionsMap },
      statistic: 'Sum',
      period: Duration.minutes(5),
      ...options,
    });
  return {
    governor: (name: Values<typeof governorMetric>, options: MetricOptions = {}) => metric(name, {}, options),
    lane: (name: Values<typeof laneMetric>, lane: string, options: MetricOptions = {}) =>
      metric(name, { [dimension.lane]: lane }, options),
    operation: (
      name: Values<typeof operationMetric>,
      lane: string,
      operation: Operation,
      options: MetricOptions = {},
    ) => metric(name, { [dimension.lane]: lane, [dimension.operation]: operation }, options),
  };
};
