import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { laneMetric, operationMetric } from '../../lambdas/domain/work/names.ts';
import { laneStateMetric } from '../../lambdas/governor/names.ts';
import { replayerMetric } from '../../lambdas/replayer/names.ts';
import type { Lane } from '../constructs/lane.ts';
import type { AlarmLine, Observed } from './alarm-line.ts';
import { answeredAfterMinutes, fifteenMinutes, fiveMinutes, latest, pipelineMetrics } from './metrics.ts';

/** The operations that cost quota: what fails of them is links not made. */
const writes = ['create', 'update', 'delete'] as const;

/** With fewer calls than this in five minutes, a failure or two on an idle night would be a large share. */
const leastCalls = 100;
/** A command that fails on an idle night comes back five or six times in five minutes. */
const leastReturned = 10;
/** With fewer images than this that failed in a quarter of an hour likewise. */
const leastQrFailures = 10;

/** Two days before SQS drops a message for good, or halfway where it is kept for less than four. */
const expiringAfterSeconds = (retentionDays: number) => Math.max(retentionDays - 2, retentionDays / 2) * 86_400;

const ticket = { kind: 'symptom', periods: 1, severity: 'ticket' } as const;
const page = { ...ticket, severity: 'page' } as const;

/** The alarms of one lane, in the order in which a command would meet what they watch. */
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
        means: `Some ${what} came back twenty times without being settled: nobody answers them until they are redriven.`,
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
          means: `Somebody has waited for a link for more than ${settings.answeredWithinMinutes} minutes.`,
        }
      : {
          ...ticket,
          ...about,
          id: 'backlog-late',
          metric: answeredAfterMinutes(lane),
          threshold: settings.answeredWithinMinutes,
          periods: 5,
          means:
            `When what waits now is done at the lane’s full rate, the oldest of it will be ${settings.answeredWithinMinutes} ` +
            'minutes old: more came in than the lane carries in that time, or it stands still.',
        },
    {
      // SQS's age of the oldest message leaves out what was delivered more than three times: this does not.
      ...(isLatencyLane ? page : ticket),
      ...about,
      id: 'commands-returned',
      metric: new MathExpression({
        label: 'commands put off (%)',
        expression: `IF(returned >= ${leastReturned}, 100 * returned / received, 0)`,
        usingMetrics: {
          returned: metrics.lane(laneMetric.commandReturned, name),
          received: metrics.lane(laneMetric.commandReceived, name),
        },
        period: fiveMinutes.period,
      }),
      threshold: alarmThresholds.returnedCommandsPercent,
      // A hiccup of the API sends back what all environments hold; a lane with a window takes half an hour to get over it.
      periods: isLatencyLane ? 3 : 6,
      means:
        'Commands go back to the queue again and again: the API or something of ours fails, and links are not made.',
    },
    ...queues.map(
      ({ subject, work, what }): AlarmLine => ({
        ...page,
        id: 'commands-expiring',
        subject,
        metric: work.queue.metricApproximateAgeOfOldestMessage(latest),
        threshold: expiringAfterSeconds(commandRetentionDays),
        periods: 5,
        means: `SQS soon drops the oldest ${what} unanswered: it keeps them for ${commandRetentionDays} days.`,
      }),
    ),
    {
      ...ticket,
      ...about,
      id: 'lane-parked',
      metric: metrics.laneState(laneStateMetric.laneParkingMinutes, name, latest),
      threshold: alarmThresholds.laneParkedMinutes,
      periods: 3,
      means: `For ${alarmThresholds.laneParkedMinutes} minutes the lane has put its commands into the archive, for want of quota.`,
    },
    {
      ...ticket,
      ...about,
      id: 'lane-paused',
      metric: metrics.laneState(laneStateMetric.lanePausedMinutes, name, latest),
      threshold: alarmThresholds.lanePausedMinutes,
      periods: 3,
      means: `The lane has been paused for ${alarmThresholds.lanePausedMinutes} minutes: its commands wait in their queue.`,
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
      // A hiccup spoils one period, and at its edges two.
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
      means: 'The API answers 429 although we keep to our budget: another system uses the account.',
    },
    {
      ...ticket,
      ...about,
      id: 'commands-rejected',
      metric: metrics.lane(laneMetric.commandRejected, name, fifteenMinutes),
      threshold: settings.rejectedAlarmPer15Minutes,
      means: 'A producer sends commands that break the rules. They cost nothing and make no links.',
    },
    {
      ...ticket,
      ...about,
      id: 'commands-quarantined',
      metric: metrics.replayer(replayerMetric.commandQuarantined, name, { ...fifteenMinutes, statistic: 'Sum' }),
      threshold: 1,
      means:
        'Parked commands could not be read or sent: they lie in quarantine, and come back only if somebody releases them.',
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
      means: `${alarmThresholds.qrFailedPercent} % of the QR images could not be had after all attempts. The links are fine.`,
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
      means: 'Lambda turns invocations away, and each time the messages of a batch count one receive more.',
    },
  ];
}
