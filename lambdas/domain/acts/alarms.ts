import * as z from 'zod';
import { defineAct } from './act.ts';

/** Fires an alarm once, so that people see whether it reaches them. The alarm returns by itself. */
export const alarmTest = defineAct({
  name: 'alarm-test',
  fields: { alarm: z.string().min(1).max(255) },
  permission: 'operate',
  target: ({ alarm }) => ({ alarm }),
  answer: z.object({
    /** When the alarm was fired, by the function's clock: epoch milliseconds. */
    firedAt: z.number(),
    /** The topics that the alarm publishes to. */
    topics: z.array(z.string()),
  }),
});

/** What decides whether an alarm can be tested, in CloudWatch's names. */
export interface TestedAlarm {
  StateValue?: string | undefined;
  ActionsEnabled?: boolean | undefined;
  AlarmActions?: string[] | undefined;
  OKActions?: string[] | undefined;
  InsufficientDataActions?: string[] | undefined;
  TreatMissingData?: string | undefined;
  Namespace?: string | undefined;
  /** Of an alarm on an expression. */
  Metrics?: { MetricStat?: { Metric?: { Namespace?: string | undefined } | undefined } | undefined }[] | undefined;
}

/** Why an alarm must not be tested now, and may be later. */
export const unfitWhile = {
  on: 'it is on, so a test would hide what it means',
  new: 'CloudWatch has not evaluated it yet',
} as const;

/**
 * Why an alarm must not be tested. Undefined if it may: it publishes to topics and does nothing else, and a next evaluation takes
 * it back to OK even without data.
 */
export function unfitForTest(alarm: TestedAlarm): string | undefined {
  const { AlarmActions = [], OKActions = [], InsufficientDataActions = [] } = alarm;
  const acting = [...AlarmActions, ...OKActions, ...InsufficientDataActions].filter((one) => !isTopic(one));
  if (acting.length > 0) return `it does more than to publish: ${acting.join(', ')}`;
  if (AlarmActions.length === 0 || alarm.ActionsEnabled === false) return 'it publishes to nobody';
  if (alarm.StateValue === 'ALARM') return unfitWhile.on;
  // CloudWatch ignores missing data of DynamoDB's metrics, whatever the setting (PutMetricAlarm in its API reference).
  const namespaces = [alarm.Namespace, ...(alarm.Metrics ?? []).map((one) => one.MetricStat?.Metric?.Namespace)];
  if (alarm.TreatMissingData !== 'notBreaching' || namespaces.includes('AWS/DynamoDB')) {
    return 'it would stay in ALARM without data';
  }
  // Without data it is OK, from its first evaluation on.
  return alarm.StateValue === 'OK' ? undefined : unfitWhile.new;
}

const isTopic = (arn: string) => /^arn:[\w-]+:sns:/.test(arn);
