import { z } from 'zod';
import { checked, ServiceError } from '../services/wire.ts';
import { type Alarm, type Alarms, describeRule } from './alarms.ts';
import { type MetricQuery, metricQuerySchema, type QueriedMetric, queryMetric } from './metric-query.ts';
import type { MetricStore } from './metric-store.ts';

const describeAlarmsInput = z.strictObject({
  AlarmNames: z.array(z.string()).optional(),
  AlarmNamePrefix: z.string().default(''),
  AlarmTypes: z.array(z.enum(['MetricAlarm', 'CompositeAlarm'])).default(['MetricAlarm']),
  StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).optional(),
  MaxRecords: z.int().min(1).max(100).default(50),
  NextToken: z.string().default(''),
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

/**
 * Of CloudWatch, DescribeAlarms and GetMetricData, in the JSON protocol that the SDK for JavaScript speaks.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
 */
export class CloudWatchApi {
  readonly #alarms: Alarms;
  readonly #metrics: MetricStore;

  constructor(alarms: Alarms, metrics: MetricStore) {
    this.#alarms = alarms;
    this.#metrics = metrics;
  }

  operate(action: string, input: unknown): unknown {
    if (action === 'DescribeAlarms') return this.#describeAlarms(checked(describeAlarmsInput, input, invalid));
    if (action === 'GetMetricData') return this.#getMetricData(checked(getMetricDataInput, input, invalid));
    throw new ServiceError(400, 'UnknownOperationException', `${action} is not carried out here`);
  }

  /** By name, as CloudWatch lists them. */
  #describeAlarms(input: z.infer<typeof describeAlarmsInput>): unknown {
    const matching = this.#alarms.all
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

  #getMetricData({ MetricDataQueries, ScanBy, ...times }: z.infer<typeof getMetricDataInput>): unknown {
    // What is not kept any more, or is yet to come, need not be looked for.
    const { kept } = this.#metrics;
    const [earliest, latest] = [Math.max(times.StartTime * 1000, kept.from), Math.min(times.EndTime * 1000, kept.to)];
    const results = MetricDataQueries.filter(({ ReturnData }) => ReturnData).map((query) => {
      const { periodMilliseconds: period, datapoint } = this.#query(MetricDataQueries, query.Id);
      const points: { at: number; value: number }[] = [];
      // Periods begin on multiples of their length.
      for (let at = earliest - (earliest % period); at < latest; at += period) {
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

  #query(queries: readonly MetricQuery[], id: string): QueriedMetric {
    try {
      return queryMetric(this.#metrics, queries, id);
    } catch (error) {
      return invalid(error instanceof Error ? error.message : String(error));
    }
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

function invalid(message: string): never {
  throw new ServiceError(400, 'InvalidParameterValueException', message);
}
