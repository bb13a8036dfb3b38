import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { laneMetric, operationMetric } from '../../lambdas/domain/work/names.ts';
import { laneStateMetric } from '../../lambdas/governor/names.ts';
import { replayerMetric } from '../../lambdas/replayer/names.ts';
import type { Lane } from '../constructs/lane.ts';
import type { AlarmLine, Observed } from './alarm-line.ts';
import { answeredAfterMinutes, fifteenMinutes, fiveMinutes, latest, pipelineMetrics } from './metrics.ts';

/** The operations that cost quota. */
const writes = ['create', 'update', 'delete'] as const;

/** Calls in five minutes. With fewer, one or two failures on an idle night would be a large share. */
const leastCalls = 100;
/** On an idle night, one failing command returns five or six times in five minutes. */
const leastReturned = 10;
/** Failed images in a quarter of an hour. Fewer failures may be a large share of few images. */
const leastQrFailures = 10;

/** Two days before SQS deletes a message, or halfway if the retention is below four days. */
const expiringAfterSeconds = (retentionDays: number) => Math.max(retentionDays - 2, retentionDays / 2) * 86_400;

const ticket = { kind: 'symptom', periods: 1, severity: 'ticket' } as const;
const page = { ...ticket, severity: 'page' } as const;

/** The alarms of one lane. */
export function laneAlarms(lane: Lane, { serviceName, settings: pipeline }: Observed): AlarmLine[] {
  const { name, settings, commands, qrJobs, linkWorker, qrWorker } = lane;
  const { alarmThresholds, commandRetentionDays } = pipeline;
  const metrics = pipelineMetrics(serviceName);
  const about = { subject: name };
  const isLatencyLane = settings.windowSeconds === 0;
  const queues = [
    { subject: name, work: commands, what: 'commands' },
    { subject: `${name}-qr`, work: qrJobs, what: 'QR jobs' },
  ];
  const counted = (metric: typeof operationMetric.apiCallMade | typeof operationMetric.apiCallFailed, prefix: string) =>
    Object.fromEntries(
      writes.map((operation) => [`${prefix}_${operation}`, metrics.operation(metric, name, operation)]),
    );
  const sumOf = (prefix: string) => `SUM([${writes.map((operation) => `${prefix}_${operation}`).join(', ')}])`;

  return [
    ...queues.map(
      ({ subject, work, what }): AlarmLine => ({
        ...page,
        id: 'dead-letters',
        subject,
        metric: work.deadLetters.metricApproximateNumberOfMessagesVisible(latest),
        threshold: 1,
        means: `SQS moved ${what} to the dead-letter queue after twenty deliveries. They get no outcome until an operator redrives them.`,
      }),
    ),
    isLatencyLane
      ? {
          ...page,
          ...about,
          id: 'commands-late',
          metric: commands.queue.metricApproximateAgeOfOldestMessage(latest),
          threshold: settings.answeredWithinMinutes * 60,
          periods: 2,
          means: `The oldest command has waited for more than ${settings.answeredWithinMinutes} minutes.`,
        }
      : {
          ...ticket,
          ...about,
          id: 'backlog-late',
          metric: answeredAfterMinutes(lane),
          threshold: settings.answeredWithinMinutes,
          periods: 5,
          means:
            `At the lane’s full rate, the oldest command will be ${settings.answeredWithinMinutes} minutes old when the backlog ` +
            'is done. The backlog exceeds the lane’s rate, or the lane makes no progress.',
        },
    {
      // SQS's age of the oldest message ignores messages with more than three deliveries. This metric counts them.
      ...(isLatencyLane ? page : ticket),
      ...about,
      id: 'commands-returned',
      metric: new MathExpression({
        label: 'commands returned (%)',
        expression: `IF(returned >= ${leastReturned}, 100 * returned / received, 0)`,
        usingMetrics: {
          returned: metrics.lane(laneMetric.commandReturned, name),
          received: metrics.lane(laneMetric.commandReceived, name),
        },
        period: fiveMinutes.period,
      }),
      threshold: alarmThresholds.returnedCommandsPercent,
      // After a short API failure, all environments return their batches. A lane with a window needs half an hour to recover.
      periods: isLatencyLane ? 3 : 6,
      means:
        'Workers return commands to the queue again and again. The API fails, or an AWS resource of the pipeline does.',
    },
    ...queues.map(
      ({ subject, work, what }): AlarmLine => ({
        ...page,
        id: 'commands-expiring',
        subject,
        metric: work.queue.metricApproximateAgeOfOldestMessage(latest),
        threshold: expiringAfterSeconds(commandRetentionDays),
        periods: 5,
        means: `SQS will soon delete the oldest ${what} without an outcome: it keeps them for ${commandRetentionDays} days.`,
      }),
    ),
    {
      ...ticket,
      ...about,
      id: 'lane-parked',
      metric: metrics.laneState(laneStateMetric.laneParkingMinutes, name, latest),
      threshold: alarmThresholds.laneParkedMinutes,
      periods: 3,
      means: `For ${alarmThresholds.laneParkedMinutes} minutes the lane has parked its commands in the archive, because there is no quota for them.`,
    },
    {
      ...ticket,
      ...about,
      id: 'lane-paused',
      metric: metrics.laneState(laneStateMetric.lanePausedMinutes, name, latest),
      threshold: alarmThresholds.lanePausedMinutes,
      periods: 3,
      means: `The lane has been paused for ${alarmThresholds.lanePausedMinutes} minutes. Its commands wait in their queue.`,
    },
    {
      ...ticket,
      ...about,
      id: 'calls-failing',
      metric: new MathExpression({
        label: 'failed calls (%)',
        expression: `IF(${sumOf('made')} >= ${leastCalls}, 100 * ${sumOf('failed')} / ${sumOf('made')}, 0)`,
        usingMetrics: {
          ...counted(operationMetric.apiCallMade, 'made'),
          ...counted(operationMetric.apiCallFailed, 'failed'),
        },
        period: fiveMinutes.period,
      }),
      threshold: alarmThresholds.failedCallsPercent,
      // A short failure breaches one period, or two if it crosses from one to the next.
      periods: 3,
      means: `For a quarter of an hour, ${alarmThresholds.failedCallsPercent} % of the creates, updates and deletes have failed.`,
    },
    {
      ...ticket,
      ...about,
      id: 'rate-limited',
      metric: metrics.lane(laneMetric.rateLimited, name),
      threshold: alarmThresholds.rateLimitedPer5Minutes,
      periods: 2,
      means: 'The API answers 429 although the pipeline keeps to its budget. Probably another system uses the account.',
    },
    {
      ...ticket,
      ...about,
      id: 'commands-rejected',
      metric: metrics.lane(laneMetric.commandRejected, name, fifteenMinutes),
      threshold: settings.rejectedAlarmPer15Minutes,
      means: 'A producer sends invalid commands. The pipeline rejects them, and they cost no quota.',
    },
    {
      ...ticket,
      ...about,
      id: 'commands-quarantined',
      metric: metrics.replayer(replayerMetric.commandQuarantined, name, { ...fifteenMinutes, statistic: 'Sum' }),
      threshold: 1,
      means:
        'The replayer could not read or send some parked commands. They stay in quarantine until an operator releases them.',
    },
    {
      ...ticket,
      ...about,
      id: 'qr-failed',
      metric: new MathExpression({
        label: 'failed QR images (%)',
        expression: `IF(failed >= ${leastQrFailures}, 100 * failed / SUM([failed, stored]), 0)`,
        usingMetrics: {
          failed: metrics.lane(laneMetric.qrFailed, name, fifteenMinutes),
          stored: metrics.lane(laneMetric.qrStored, name, fifteenMinutes),
        },
        period: fifteenMinutes.period,
      }),
      threshold: alarmThresholds.qrFailedPercent,
      means: `${alarmThresholds.qrFailedPercent} % of the QR jobs ended as qr-failed. The links themselves work.`,
    },
    {
      ...ticket,
      ...about,
      id: 'worker-throttled',
      metric: new MathExpression({
        label: 'throttled invocations',
        expression: 'SUM([links, qr])',
        usingMetrics: {
          links: linkWorker.function.metricThrottles(fiveMinutes),
          qr: qrWorker.function.metricThrottles(fiveMinutes),
        },
        period: Duration.minutes(5),
      }),
      threshold: 10,
      periods: 3,
      means: 'Lambda throttles invocations. Each throttled batch costs its messages one receive.',
    },
  ];
}
