import { z } from 'zod';
import type { Deployment, Resource } from '../assembly/deployment.ts';
import type { Clock } from '../clock.ts';
import type { NoticeBoard } from '../notices.ts';
import {
  type AlarmRule,
  type AlarmStateValue,
  comparisonOperators,
  evaluateAlarm,
  evaluationRange,
} from './alarm-evaluator.ts';
import {
  dimensionsSchema,
  metricQuerySchema,
  type QueriedMetric,
  queryMetric,
  queryStatistic,
} from './metric-query.ts';
import type { MetricStore } from './metric-store.ts';

/** The properties of `AWS::CloudWatch::Alarm` that are implemented. */
export const alarmProperties = z.looseObject({
  AlarmName: z.string().optional(),
  AlarmDescription: z.string().optional(),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: dimensionsSchema,
  Statistic: z.string().optional(),
  ExtendedStatistic: z.string().optional(),
  Period: z.coerce.number().optional(),
  Metrics: z.array(metricQuerySchema).optional(),
  EvaluationPeriods: z.coerce.number().int(),
  DatapointsToAlarm: z.coerce.number().int().optional(),
  Threshold: z.coerce.number(),
  ComparisonOperator: z.enum(comparisonOperators),
  TreatMissingData: z.enum(['missing', 'ignore', 'breaching', 'notBreaching']).default('missing'),
  ActionsEnabled: z.boolean().default(true),
  AlarmActions: z.array(z.string()).default([]),
  OKActions: z.array(z.string()).default([]),
  InsufficientDataActions: z.array(z.string()).default([]),
});

export interface AlarmTransition {
  readonly atMilliseconds: number;
  readonly name: string;
  readonly logicalId: string;
  readonly from: AlarmStateValue;
  readonly to: AlarmStateValue;
  readonly reason: string;
}

/** An entry of DescribeAlarmHistory, in CloudWatch's names and words. */
export interface AlarmHistoryItem {
  readonly AlarmName: string;
  readonly AlarmType: 'MetricAlarm';
  /** Epoch seconds. */
  readonly Timestamp: number;
  readonly HistoryItemType: 'StateUpdate' | 'Action';
  readonly HistorySummary: string;
  readonly HistoryData: string;
}

export type Alarm = ReturnType<typeof alarmOf>;

/** AWS's own namespaces with metrics that are measured here. */
const measured: Readonly<Record<string, readonly string[]>> = {
  'AWS/SQS': [
    'ApproximateNumberOfMessagesVisible',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
    'ApproximateAgeOfOldestMessage',
    'NumberOfMessagesSent',
  ],
  'AWS/Lambda': ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions', 'IteratorAge'],
};

export interface AlarmEvents {
  changed(transition: AlarmTransition): void;
  /** Called to publish an action to an SNS topic. @returns why it could not be published, or undefined */
  notify(alarmArn: string, topicArn: string, subject: string, message: string): Promise<string | undefined>;
}

const mostTransitions = 10_000;

/**
 * The alarms of a deployment. It evaluates each at the end of a period, and publishes changes of state to its topics.
 */
export class Alarms {
  readonly transitions: AlarmTransition[] = [];
  /** The newest entries, in the order in which they came. */
  readonly history: AlarmHistoryItem[] = [];
  readonly all: readonly Alarm[];
  readonly #clock: Clock;
  readonly #place: Deployment['place'];
  readonly #tell: AlarmEvents;

  constructor(deployment: Deployment, metrics: MetricStore, clock: Clock, notices: NoticeBoard, tell: AlarmEvents) {
    this.#clock = clock;
    this.#place = deployment.place;
    this.#tell = tell;
    this.all = deployment.resources('AWS::CloudWatch::Alarm').flatMap((resource) => {
      try {
        return alarmOf(resource, deployment, metrics, clock.now(), notices);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        notices.add('warning', resource.type, `not evaluated, and not listed: ${why}`, resource.where);
        return [];
      }
    });
  }

  states() {
    return this.all.map(({ resource: { name, logicalId }, state, sinceMilliseconds, reason }) => ({
      name,
      logicalId,
      state,
      sinceMilliseconds,
      reason,
    }));
  }

  /** Evaluates the alarms with a new period: after each minute, or each ten seconds for a shorter period. */
  evaluate(): void {
    const now = this.#clock.now();
    for (const alarm of this.all) {
      const { periodMilliseconds: period, datapoint } = alarm.metric;
      const step = Math.min(period, 60_000);
      const to = now - (now % step);
      // Missing data from before the alarm's creation proves nothing: the first heartbeat may still come.
      const tooEarly = alarm.rule.missingData === 'breaching' && to - step < alarm.createdAt;
      if (to <= alarm.evaluatedTo || tooEarly) continue;
      alarm.evaluatedTo = to;
      const datapoints = Array.from({ length: evaluationRange(alarm.rule) }, (_, index) =>
        datapoint(to - (index + 1) * period, to - index * period),
      ).reverse();
      const { state, reason } = evaluateAlarm(alarm.rule, datapoints, alarm.state);
      if (state !== alarm.state) this.#change(alarm, state, reason, now);
      else alarm.reason = reason;
    }
  }

  /** Sets a state until the next evaluation, as SetAlarmState does. @returns false if there is no such alarm */
  set(name: string, to: AlarmStateValue, reason: string): boolean {
    const alarm = this.all.find(({ resource }) => resource.name === name);
    if (alarm === undefined) return false;
    if (to === alarm.state) alarm.reason = reason;
    else this.#change(alarm, to, reason, this.#clock.now());
    return true;
  }

  #record(
    AlarmName: string,
    HistoryItemType: AlarmHistoryItem['HistoryItemType'],
    summary: string,
    data: object,
  ): void {
    const HistoryData = JSON.stringify(data);
    const Timestamp = this.#clock.now() / 1000;
    this.history.push({
      AlarmName,
      AlarmType: 'MetricAlarm',
      Timestamp,
      HistoryItemType,
      HistorySummary: summary,
      HistoryData,
    });
    if (this.history.length > mostTransitions) this.history.shift();
  }

  async #act(alarm: Alarm, topicArn: string, subject: string, message: string): Promise<void> {
    const { name, arn } = alarm.resource;
    const fault = await this.#tell.notify(arn, topicArn, subject, message);
    const data = { actionState: fault === undefined ? 'Succeeded' : 'Failed', notificationResource: topicArn };
    if (fault === undefined) this.#record(name, 'Action', `Successfully executed action ${topicArn}`, data);
    else {
      const summary = `Failed to execute action ${topicArn}. Received error: "${fault}"`;
      this.#record(name, 'Action', summary, { ...data, error: fault });
    }
  }

  #change(alarm: Alarm, to: AlarmStateValue, reason: string, now: number): void {
    const { name, logicalId } = alarm.resource;
    const transition: AlarmTransition = { atMilliseconds: now, name, logicalId, from: alarm.state, to, reason };
    alarm.state = to;
    alarm.sinceMilliseconds = now;
    alarm.reason = reason;
    this.transitions.push(transition);
    if (this.transitions.length > mostTransitions) this.transitions.shift();
    const states = { oldState: { stateValue: transition.from }, newState: { stateValue: to, stateReason: reason } };
    this.#record(name, 'StateUpdate', `Alarm updated from ${transition.from} to ${to}`, { version: '1.0', ...states });
    this.#tell.changed(transition);
    const { ActionsEnabled, AlarmActions, OKActions, InsufficientDataActions } = alarm.properties;
    const actions = { ALARM: AlarmActions, OK: OKActions, INSUFFICIENT_DATA: InsufficientDataActions }[to];
    if (!ActionsEnabled) return;
    const message = JSON.stringify(notification(alarm, transition, this.#place));
    // The maximum length of an SNS subject is 100 characters.
    const subject = `${to}: "${name}" in ${this.#place.region}`.slice(0, 100);
    for (const topicArn of actions) void this.#act(alarm, topicArn, subject, message);
  }
}

function alarmOf(resource: Resource, deployment: Deployment, metrics: MetricStore, now: number, notices: NoticeBoard) {
  const properties = deployment.properties(resource, alarmProperties);
  const metric = metricOf(properties, metrics);
  for (const { namespace, name } of metric.series) {
    if (!namespace.startsWith('AWS/') || measured[namespace]?.includes(name)) continue;
    const why = `nothing here measures ${namespace} ${name}: its alarms get no data`;
    notices.add('warning', resource.type, why, resource.where);
  }
  const rule: AlarmRule = {
    threshold: properties.Threshold,
    comparison: properties.ComparisonOperator,
    evaluationPeriods: properties.EvaluationPeriods,
    datapointsToAlarm: properties.DatapointsToAlarm ?? properties.EvaluationPeriods,
    // Alarms on DynamoDB's metrics ignore missing data, whatever their setting (PutMetricAlarm's documentation).
    missingData: metric.series.some(({ namespace }) => namespace === 'AWS/DynamoDB')
      ? 'ignore'
      : properties.TreatMissingData,
  };
  metrics.keepFor((evaluationRange(rule) + 1) * metric.periodMilliseconds);
  return {
    resource,
    properties,
    rule,
    metric,
    state: 'INSUFFICIENT_DATA' as AlarmStateValue,
    /** Epoch milliseconds, by the cloud's clock. */
    sinceMilliseconds: now,
    createdAt: now,
    reason: 'not evaluated yet',
    evaluatedTo: now,
  };
}

function metricOf(properties: z.infer<typeof alarmProperties>, metrics: MetricStore): QueriedMetric {
  if (!properties.Metrics) {
    const { Namespace = '', MetricName = '', Dimensions, ExtendedStatistic, Statistic, Period = 0 } = properties;
    const series = { namespace: Namespace, name: MetricName, dimensions: Dimensions };
    return queryStatistic(metrics, series, ExtendedStatistic ?? Statistic ?? 'Average', Period);
  }
  const [returned, another] = properties.Metrics.filter(({ ReturnData }) => ReturnData);
  if (!returned || another) throw new Error('exactly one of its Metrics must return data');
  return queryMetric(metrics, properties.Metrics, returned.Id);
}

/** The JSON that CloudWatch publishes to a topic. */
function notification({ resource, properties, rule }: Alarm, transition: AlarmTransition, place: Deployment['place']) {
  const { AlarmDescription, AlarmActions, OKActions, InsufficientDataActions, Namespace, MetricName } = properties;
  return {
    AlarmName: resource.name,
    AlarmDescription: AlarmDescription ?? null,
    AWSAccountId: place.accountId,
    NewStateValue: transition.to,
    NewStateReason: transition.reason,
    StateChangeTime: new Date(transition.atMilliseconds).toISOString().replace('Z', '+0000'),
    Region: place.region,
    AlarmArn: resource.arn,
    OldStateValue: transition.from,
    OKActions,
    AlarmActions,
    InsufficientDataActions,
    Trigger: {
      ...(properties.Metrics
        ? { Metrics: properties.Metrics }
        : {
            MetricName,
            Namespace,
            Statistic: properties.Statistic?.toUpperCase() ?? null,
            ExtendedStatistic: properties.ExtendedStatistic ?? null,
            Dimensions: Object.entries(properties.Dimensions).map(([name, value]) => ({ name, value })),
          }),
      Period: properties.Period ?? null,
      ...describeRule({ rule }),
    },
  };
}

/** In CloudWatch's own names, with its defaults. */
export function describeRule({ rule }: Pick<Alarm, 'rule'>) {
  return {
    EvaluationPeriods: rule.evaluationPeriods,
    DatapointsToAlarm: rule.datapointsToAlarm,
    ComparisonOperator: rule.comparison,
    Threshold: rule.threshold,
    TreatMissingData: rule.missingData,
  };
}
