import { laneMetric, qrLane } from '../../lambdas/domain/work/names.ts';
import { laneStateMetric } from '../../lambdas/governor/names.ts';
import type { FedFunction } from '../constructs/queue-worker.ts';
import type { WorkQueue } from '../constructs/work-queue.ts';
import { type AlarmLine, type Observed, page, ticket } from './alarm-line.ts';
import { expiringAfterSeconds, fiveMinutes, latest, pipelineMetrics } from './metrics.ts';

/** A worker that the governor may pause, and its queue. */
interface PausableWorker {
  /** Its lane in metrics and in the control record. */
  readonly subject: string;
  readonly work: WorkQueue;
  readonly what: string;
  readonly worker: FedFunction;
}

/** The alarms of a worker and its queue: a lane's link worker, or the QR worker of all lanes. */
export function workerAlarms(
  { subject, work, what, worker }: PausableWorker,
  { serviceName, settings: { alarmThresholds, commandRetentionDays } }: Observed,
): AlarmLine[] {
  const metrics = pipelineMetrics(serviceName);
  return [
    {
      ...page('dead-letters', subject),
      metric: work.deadLetters.metricApproximateNumberOfMessagesVisible(latest),
      threshold: 1,
      means: `SQS moved ${what} to the dead-letter queue after twenty deliveries. They get no outcome until an operator redrives them.`,
    },
    {
      ...page('commands-expiring', subject),
      metric: work.queue.metricApproximateAgeOfOldestMessage(latest),
      threshold: expiringAfterSeconds(commandRetentionDays),
      periods: 5,
      means: `SQS will soon delete the oldest ${what} without an outcome: it keeps them for ${commandRetentionDays} days.`,
    },
    {
      ...ticket('lane-paused', subject),
      metric: metrics.lane(laneStateMetric.lanePausedMinutes, subject, latest),
      threshold: alarmThresholds.lanePausedMinutes,
      periods: 3,
      means: `The lane has been paused for ${alarmThresholds.lanePausedMinutes} minutes. Its ${what} wait in their queue.`,
    },
    {
      ...ticket('rate-limited', subject),
      metric: metrics.lane(laneMetric.rateLimited, subject),
      threshold: alarmThresholds.rateLimitedPer5Minutes,
      periods: 2,
      means: 'The API answers 429 although the pipeline keeps to its budget. Probably another system uses the account.',
    },
    {
      ...ticket('worker-throttled', subject),
      metric: worker.function.metricThrottles(fiveMinutes),
      threshold: 10,
      periods: 3,
      means: 'Lambda throttles invocations. Each throttled batch costs its messages one receive.',
    },
  ];
}

/** The alarms of the QR codes of all lanes. */
export const qrAlarms = (observed: Observed): AlarmLine[] =>
  workerAlarms({ subject: qrLane, work: observed.qrCodes.jobs, what: 'QR jobs', worker: observed.qrCodes }, observed);
