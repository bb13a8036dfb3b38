import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { campaignCheckerMetric } from '../../lambdas/campaign-checker/names.ts';
import type { campaignLaneMetric } from '../../lambdas/campaign-sender/names.ts';
import type { actMetric } from '../../lambdas/domain/acts/names.ts';
import type { Operation } from '../../lambdas/domain/onelink/operation.ts';
import {
  dimension,
  type laneMetric,
  metricNamespace,
  operationMetric,
  sourceMetric,
} from '../../lambdas/domain/work/names.ts';
import type { forwarderMetric } from '../../lambdas/forwarder/names.ts';
import type { governorMetric, laneStateMetric } from '../../lambdas/governor/names.ts';
import type { httpApiMetric } from '../../lambdas/http-api/names.ts';
import type { httpAuthorizerMetric } from '../../lambdas/http-authorizer/names.ts';
import { heldMetric, type replayerMetric } from '../../lambdas/replayer/names.ts';
import type { Lane } from '../constructs/lane.ts';

type Values<Names> = Names[keyof Names] & string;
type LaneMetric =
  | Values<typeof laneMetric>
  | Values<typeof laneStateMetric>
  | Values<typeof replayerMetric>
  | Values<typeof campaignLaneMetric>;

export const oneMinute = { period: Duration.minutes(1) };
/** The maximum of a minute. For a metric with one value a minute, it is that value. */
export const latest = { ...oneMinute, statistic: 'Maximum' };
export const fiveMinutes = { period: Duration.minutes(5), statistic: 'Sum' };
/** For a level that the campaign sender writes at the end of its runs, which take about four minutes. */
export const mostInFiveMinutes = { period: Duration.minutes(5), statistic: 'Maximum' };
export const fifteenMinutes = { period: Duration.minutes(15) };

/** Two days before SQS deletes a message, or halfway if the retention is below four days. */
export const expiringAfterSeconds = (retentionDays: number) => Math.max(retentionDays - 2, retentionDays / 2) * 86_400;

/** The metrics that the functions write, as CloudWatch addresses them. By default, sums of five minutes. */
export const pipelineMetrics = (serviceName: string) => {
  const metric = (metricName: string, dimensionsMap: Record<string, string>, options: MetricOptions) =>
    new Metric({
      namespace: metricNamespace,
      metricName,
      dimensionsMap: { [dimension.pipeline]: serviceName, ...dimensionsMap },
      ...fiveMinutes,
      ...options,
    });
  return {
    acts: (name: Values<typeof actMetric>, options: MetricOptions = {}) => metric(name, {}, options),
    campaignChecker: (name: Values<typeof campaignCheckerMetric>, options: MetricOptions = {}) =>
      metric(name, {}, options),
    forwarder: (name: Values<typeof forwarderMetric>, options: MetricOptions = {}) => metric(name, {}, options),
    governor: (name: Values<typeof governorMetric>, options: MetricOptions = {}) => metric(name, {}, options),
    httpApi: (name: Values<typeof httpApiMetric>, options: MetricOptions = {}) => metric(name, {}, options),
    httpAuthorizer: (name: Values<typeof httpAuthorizerMetric>, options: MetricOptions = {}) =>
      metric(name, {}, options),
    held: (options: MetricOptions = {}) => metric(heldMetric.commandsHeld, {}, options),
    lane: (name: LaneMetric, lane: string, options: MetricOptions = {}) =>
      metric(name, { [dimension.lane]: lane }, options),
    operation: (
      name: Values<typeof operationMetric>,
      lane: string,
      operation: Operation,
      options: MetricOptions = {},
    ) => metric(name, { [dimension.lane]: lane, [dimension.operation]: operation }, options),
    /** The calls that were made, as the samples of their latency. */
    calls: (lane: string, operation: Operation, options: MetricOptions = {}) =>
      metric(
        operationMetric.apiLatency,
        { [dimension.lane]: lane, [dimension.operation]: operation },
        { ...options, statistic: 'SampleCount' },
      ),
    source: (source: string, options: MetricOptions = {}) =>
      metric(sourceMetric.quotaCallMade, { [dimension.source]: source }, options),
  };
};

/** A CloudWatch expression over metrics, with the period of its metrics. */
export const expression = (
  label: string,
  formula: string,
  usingMetrics: Record<string, IMetric>,
  { period }: Required<Pick<MetricOptions, 'period'>> = fiveMinutes,
): IMetric => new MathExpression({ label, expression: formula, usingMetrics, period });

/**
 * One metric for each operation, and the expression of their sum.
 *
 * @param prefix of their IDs, which must be unique within a graph
 */
export function byOperation(prefix: string, made: readonly Operation[], metricOf: (operation: Operation) => IMetric) {
  const named = made.map((operation) => [`${prefix}_${operation}`, metricOf(operation)] as const);
  return { sum: `SUM([${named.map(([id]) => id).join(', ')}])`, metrics: Object.fromEntries(named) };
}

/** A metric of a DynamoDB table. */
export const tableMetric = (TableName: string, metricName: string, options: MetricOptions): Metric =>
  new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap: { TableName }, ...options });

/** Commands a minute at the lane's planned rate: concurrency × calls per second × 60. */
const commandsPerMinute = ({ plan: { link } }: Lane) => link.concurrency * link.callsPerSecond * 60;

/** Minutes until the lane has drained its queue at its planned rate, with one call for each command. */
export function minutesToDrain(lane: Lane): IMetric {
  const waiting = lane.commands.queue.metricApproximateNumberOfMessagesVisible(latest);
  return expression('time to drain (min)', `waiting / ${commandsPerMinute(lane)}`, { waiting }, oneMinute);
}

/** Age of the oldest command when the lane has drained its queue: its present age in minutes plus the time to drain. */
export function answeredAfterMinutes(lane: Lane): IMetric {
  const oldest = lane.commands.queue.metricApproximateAgeOfOldestMessage(latest);
  const waiting = lane.commands.queue.metricApproximateNumberOfMessagesVisible(latest);
  const formula = `oldest / 60 + waiting / ${commandsPerMinute(lane)}`;
  return expression('done after (min)', formula, { oldest, waiting }, oneMinute);
}
