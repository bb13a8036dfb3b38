import { z } from 'zod';
import { type JsonService, operation, ServiceError } from '../services/wire.ts';
import { type Alarm, type Alarms, describeRule } from './alarms.ts';
import {
  dimensionsSchema,
  metricQuerySchema,
  type QueriedMetric,
  queryMetric,
  queryStatistic,
} from './metric-query.ts';
import type { MetricStore } from './metric-store.ts';

const describeAlarmsInput = z.strictObject({
  AlarmNames: z.array(z.string()).optional(),
  AlarmNamePrefix: z.string().default(''),
  AlarmTypes: z.array(z.enum(['MetricAlarm', 'CompositeAlarm'])).default(['MetricAlarm']),
  StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).optional(),
  MaxRecords: z.int().min(1).max(100).default(50),
  NextToken: z.string().default(''),
});

const setAlarmStateInput = z.strictObject({
  AlarmName: z.string().min(1).max(255),
  StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
  StateReason: z.string().max(1_023),
});

const describeAlarmHistoryInput = z.strictObject({
  AlarmName: z.string().optional(),
  HistoryItemType: z.enum(['StateUpdate', 'Action']).optional(),
  StartDate: z.number().default(0),
  EndDate: z.number().default(Number.POSITIVE_INFINITY),
  MaxRecords: z.int().min(1).max(100).default(100),
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
});

const getMetricDataInput = z.strictObject({
  MetricDataQueries: z
    .array(metricQuerySchema.extend({ Label: z.string().optional() }))
    .min(1)
    .max(500),
  StartTime: z.number(),
  EndTime: z.number(),
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
});

/** The maximum number of datapoints of GetMetricStatistics. */
const mostDatapoints = 1_440;

const getMetricStatisticsInput = z.strictObject({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensionsSchema,
  StartTime: z.number(),
  EndTime: z.number(),
  Period: z.int().min(1),
  Statistics: z.array(z.enum(['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'])).default([]),
  ExtendedStatistics: z.array(z.string()).default([]),
});

/**
 * CloudWatch's DescribeAlarms, SetAlarmState, DescribeAlarmHistory, GetMetricData and GetMetricStatistics, in the JSON protocol of
 * the SDK for JavaScript.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
 */
export function cloudWatchApi(alarms: Alarms, metrics: MetricStore): JsonService {
  const code = 'InvalidParameterValueException';
  return {
    DescribeAlarms: operation(describeAlarmsInput, code, (input) => describeAlarms(alarms, input)),
    SetAlarmState: operation(setAlarmStateInput, code, (input) => setAlarmState(alarms, input)),
    DescribeAlarmHistory: operation(describeAlarmHistoryInput, code, (input) => describeAlarmHistory(alarms, input)),
    GetMetricData: operation(getMetricDataInput, code, (input) => getMetricData(metrics, input)),
    GetMetricStatistics: operation(getMetricStatisticsInput, code, (input) => getMetricStatistics(metrics, input)),
  };
}

/** By name, as CloudWatch lists them. */
function describeAlarms(alarms: Alarms, input: z.infer<typeof describeAlarmsInput>): unknown {
  const matching = alarms.all
    .filter(({ resource: { name }, state }) => {
      if (input.AlarmNames && !input.AlarmNames.includes(name)) return false;
      if (input.StateValue && state !== input.StateValue) return false;
      return name.startsWith(input.AlarmNamePrefix) && name > input.NextToken;
    })
    .sort((left, right) => (left.resource.name < right.resource.name ? -1 : 1));
  if (!input.AlarmTypes.includes('MetricAlarm')) return { MetricAlarms: [], CompositeAlarms: [] };
  const page = matching.slice(0, input.MaxRecords);
  return {
    MetricAlarms: page.map(describeAlarm),
    CompositeAlarms: [],
    NextToken: matching.length > page.length ? page.at(-1)?.resource.name : undefined,
  };
}

function setAlarmState(alarms: Alarms, input: z.infer<typeof setAlarmStateInput>): unknown {
  if (alarms.set(input.AlarmName, input.StateValue, input.StateReason)) return {};
  throw new ServiceError(404, 'ResourceNotFound', '');
}

function describeAlarmHistory(alarms: Alarms, input: z.infer<typeof describeAlarmHistoryInput>): unknown {
  const { AlarmName, HistoryItemType, StartDate, EndDate, MaxRecords, ScanBy } = input;
  const found = alarms.history.filter(
    (item) =>
      (AlarmName === undefined || item.AlarmName === AlarmName) &&
      (HistoryItemType === undefined || item.HistoryItemType === HistoryItemType) &&
      item.Timestamp >= StartDate &&
      item.Timestamp <= EndDate,
  );
  if (ScanBy === 'TimestampDescending') found.reverse();
  return { AlarmHistoryItems: found.slice(0, MaxRecords) };
}

function getMetricStatistics(metrics: MetricStore, input: z.infer<typeof getMetricStatisticsInput>): unknown {
  const { Namespace: namespace, MetricName: name, Dimensions: dimensions, Statistics, ExtendedStatistics } = input;
  const statistics = [...Statistics, ...ExtendedStatistics];
  if (statistics.length === 0) {
    invalid(
      'At least one of the parameters Statistics and ExtendedStatistics must be given',
      'MissingRequiredParameterException',
    );
  }
  if (input.StartTime >= input.EndTime) {
    invalid('The parameter StartTime must be less than the parameter EndTime.', 'InvalidParameterCombinationException');
  }
  const requested = Math.floor((input.EndTime - input.StartTime) / input.Period);
  if (requested > mostDatapoints) {
    const limit = `which exceeds the limit of ${mostDatapoints}`;
    invalid(`You have requested up to ${requested} datapoints, ${limit}.`, 'InvalidParameterCombinationException');
  }
  const metric = { namespace, name, dimensions };
  const queried = statistics.map((statistic) => ({
    statistic,
    ...asked(() => queryStatistic(metrics, metric, statistic, input.Period)),
  }));
  const period = input.Period * 1000;
  const Datapoints: unknown[] = [];
  for (const at of periods(metrics, input, period)) {
    const values = new Map(queried.map(({ statistic, datapoint }) => [statistic, datapoint(at, at + period)]));
    if ([...values.values()].every((value) => value === undefined)) continue;
    const chosen = (names: readonly string[]) => Object.fromEntries(names.map((each) => [each, values.get(each)]));
    const extended = ExtendedStatistics.length > 0 && { ExtendedStatistics: chosen(ExtendedStatistics) };
    Datapoints.push({ Timestamp: at / 1000, ...chosen(Statistics), ...extended, Unit: 'None' });
  }
  return { Label: name, Datapoints };
}

/** The starts of periods, on multiples of their length. Skips the time outside the stored metrics. */
function* periods(
  metrics: MetricStore,
  { StartTime, EndTime }: { StartTime: number; EndTime: number },
  period: number,
) {
  const { from, to } = metrics.kept;
  const earliest = Math.max(StartTime * 1000, from);
  const latest = Math.min(EndTime * 1000, to);
  for (let at = earliest - (earliest % period); at < latest; at += period) yield at;
}

function getMetricData(
  metrics: MetricStore,
  { MetricDataQueries, ScanBy, ...times }: z.infer<typeof getMetricDataInput>,
): unknown {
  const results = MetricDataQueries.filter(({ ReturnData }) => ReturnData).map((query) => {
    const { periodMilliseconds: period, datapoint } = asked(() => queryMetric(metrics, MetricDataQueries, query.Id));
    const points: { at: number; value: number }[] = [];
    for (const at of periods(metrics, times, period)) {
      const value = datapoint(at, at + period);
      if (value !== undefined) points.push({ at: at / 1000, value });
    }
    if (ScanBy === 'TimestampDescending') points.reverse();
    return {
      Id: query.Id,
      Label: query.Label ?? query.MetricStat?.Metric.MetricName ?? query.Id,
      Timestamps: points.map(({ at }) => at),
      Values: points.map(({ value }) => value),
      StatusCode: 'Complete',
    };
  });
  return { MetricDataResults: results, Messages: [] };
}

/** The resolved query. It refuses a query that is not implemented, with the reason. */
function asked(query: () => QueriedMetric): QueriedMetric {
  try {
    return query();
  } catch (error) {
    return invalid(error instanceof Error ? error.message : String(error));
  }
}

function describeAlarm(alarm: Alarm): unknown {
  const { resource, properties, state, reason, sinceMilliseconds } = alarm;
  const dimensions = (of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([Name, Value]) => ({ Name, Value }));
  const { Dimensions, Metrics, ...others } = properties;
  return {
    ...others,
    ...describeRule(alarm),
    ...(Metrics
      ? {
          Metrics: Metrics.map(({ MetricStat, ...query }) => ({
            ...query,
            ...(MetricStat && {
              MetricStat: {
                ...MetricStat,
                Metric: { ...MetricStat.Metric, Dimensions: dimensions(MetricStat.Metric.Dimensions) },
              },
            }),
          })),
        }
      : { Dimensions: dimensions(Dimensions) }),
    AlarmName: resource.name,
    AlarmArn: resource.arn,
    StateValue: state,
    StateReason: reason,
    StateUpdatedTimestamp: sinceMilliseconds / 1000,
    StateTransitionedTimestamp: sinceMilliseconds / 1000,
  };
}

function invalid(message: string, code = 'InvalidParameterValueException'): never {
  throw new ServiceError(400, code, message);
}
