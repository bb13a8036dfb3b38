import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { expiryLane, laneMetric, qrLane, readerLane } from '../../lambdas/domain/work/names.ts';
import { forwarderMetric } from '../../lambdas/forwarder/names.ts';
import { governorMetric } from '../../lambdas/governor/names.ts';
import { type AlarmLine, laneNames, type Observed, page, ticket } from './alarm-line.ts';
import { expression, fifteenMinutes, fiveMinutes, latest, pipelineMetrics, tableMetric } from './metrics.ts';

/** Alarms on the pipeline's AWS resources: functions, ledger, control record, and the expiry of links. */
export function platformAlarms(observed: Observed): AlarmLine[] {
  const { serviceName, settings, expiry, replayer, ledger } = observed;
  const { expired } = expiry;
  const metrics = pipelineMetrics(serviceName);
  return [
    ...functionsOf(observed).map(
      ({ subject, worker, runsAgain, isSlow = false }): AlarmLine => ({
        ...ticket('function-errors', subject),
        metric: worker.metricErrors({ ...fifteenMinutes, statistic: 'Sum' }),
        // A replayer times out after five minutes: three time-outs are all runs of a quarter of an hour.
        threshold: isSlow ? 1 : 3,
        periods: isSlow ? 2 : 1,
        means: `Invocations crash or time out. ${runsAgain}`,
      }),
    ),
    {
      ...ticket('replayer-silent'),
      kind: 'heartbeat',
      metric: replayer.metricInvocations(fiveMinutes),
      threshold: 1,
      // A run may take five minutes, and Lambda drops the runs that start during it.
      periods: 6,
      means: 'The replayer has not run for half an hour. Parked commands stay in the archive.',
    },
    {
      ...page('commands-held'),
      kind: 'level',
      // The replayer counts once a minute, also when there are none.
      metric: metrics.held(latest),
      threshold: 1,
      means:
        'Commands of a bound source came from an unknown sender. They wait in the archive until somebody decides about the sender.',
    },
    ...ingressAlarms(observed),
    {
      ...ticket('control-record-lost'),
      metric: metrics.governor(governorMetric.controlRebuilt),
      threshold: 1,
      means:
        'The control record was missing or unreadable, and the governor made a new one. Lanes whose mappings were off stay paused.',
    },
    {
      ...ticket('ledger-throttled'),
      // An alarm on DynamoDB's metrics keeps its state while data are missing, and DynamoDB reports throttles only when there
      // are some. Without the zeros, the alarm would never close.
      metric: expression('throttled reads and writes', 'FILL(reads, 0) + FILL(writes, 0)', {
        reads: tableMetric(ledger.tableName, 'ReadThrottleEvents', fiveMinutes),
        writes: tableMetric(ledger.tableName, 'WriteThrottleEvents', fiveMinutes),
      }),
      threshold: settings.alarmThresholds.ledgerThrottlesPer5Minutes,
      periods: 3,
      means:
        'DynamoDB throttles the ledger’s reads or writes. The functions repeat them, and commands take longer or return to their queue.',
    },
    ...laneNames(observed).map(
      (subject): AlarmLine => ({
        ...ticket('bookkeeping-failed', subject),
        metric: metrics.lane(laneMetric.bookkeepingFailed, subject),
        threshold: 1,
        // The SDK has repeated each write. The forecast tolerates a rare failure.
        periods: 3,
        means:
          'For a quarter of an hour a worker could not save its counts of calls and renewals, or its signals. Commands are ' +
          'complete, but caps, forecast and the lane’s state rely on figures that are too low.',
      }),
    ),
    {
      ...page('dead-letters', expiryLane),
      metric: expired.deadLetters.metricApproximateNumberOfMessagesVisible(latest),
      threshold: 1,
      means:
        'SQS moved expiry checks to the dead-letter queue after twenty deliveries. The pipeline publishes no outcome for these links.',
    },
    {
      ...page('expiry-intake-late'),
      // Lambda measures the age with each batch, repeats included. No measurement means that there is nothing to do.
      metric: expiry.intake.function.metric('IteratorAge', latest),
      threshold: 5 * 60_000,
      means:
        'Removals of expired links have waited on the ledger’s stream for five minutes, and the ledger has no records of these ' +
        'links. After ten minutes, commands for links that are still live may end as not-owner.',
    },
    {
      ...ticket('expiry-backlog-old'),
      metric: expired.queue.metricApproximateAgeOfOldestMessage(latest),
      threshold: 2 * 86_400,
      periods: 5,
      means:
        'Expiry checks have waited for two days. Outcomes of expired links are late, and kept links are not renewed.',
    },
    {
      ...ticket('links-expiring-soon'),
      metric: metrics.lane(laneMetric.linkExpiringSoon, expiryLane, fifteenMinutes),
      threshold: 1,
      means: 'The expiry worker could not renew some kept links, and they expire within a week.',
    },
  ];
}

function ingressAlarms({ ingress, serviceName }: Observed): AlarmLine[] {
  if (ingress === undefined) return [];
  const ofQueues = ingress.queues.flatMap(({ lane, source, work }): AlarmLine[] => {
    const subject = `${lane}-ingress-${source}`;
    return [
      {
        ...page('dead-letters', subject),
        metric: work.deadLetters.metricApproximateNumberOfMessagesVisible(latest),
        threshold: 1,
        means: `SQS moved messages of ${source} to the dead-letter queue, because the forwarder could not pass them on. They get no outcome until an operator redrives them.`,
      },
      {
        ...page('ingress-late', subject),
        metric: work.queue.metricApproximateAgeOfOldestMessage(latest),
        // The forwarder waits for nothing: neither for the lane nor for the API.
        threshold: 15 * 60,
        periods: 5,
        means: `Messages of ${source} have waited in its ingress queue for a quarter of an hour. The forwarder does not pass them on.`,
      },
    ];
  });
  return [
    ...ofQueues,
    {
      // SQS's age of the oldest message ignores messages with more than three deliveries.
      ...page('forwarding-failed'),
      metric: pipelineMetrics(serviceName).forwarder(forwarderMetric.forwardFailed),
      threshold: 1,
      // One message that is refused returns with growing delays. So only a lane's queue that refuses many breaches all periods.
      periods: 3,
      means:
        'For a quarter of an hour the lanes’ queues have not accepted messages of the forwarder. They return to their ingress queues.',
    },
  ];
}

/** All functions of the pipeline, with the names that alarms and graphs use. */
export function functionsOf({ lanes, qrCodes, expiry, governor, replayer, ingress, ...others }: Observed): {
  subject: string;
  worker: LambdaFunction;
  runsAgain: string;
  /** Whether a run may take a quarter of an hour. Then one time-out may be all runs of that time. */
  isSlow?: boolean;
}[] {
  const { reader, campaigns, operations } = others;
  const fed = 'SQS delivers their messages again, and moves them to the dead-letter queue after twenty deliveries.';
  const scheduled = 'EventBridge runs the function again every minute.';
  return [
    ...lanes.map(({ name, linkWorker }) => ({ subject: name, worker: linkWorker.function, runsAgain: fed })),
    { subject: qrLane, worker: qrCodes.function, runsAgain: fed },
    { subject: expiryLane, worker: expiry.function, runsAgain: fed },
    {
      subject: 'expiry-intake',
      worker: expiry.intake.function,
      runsAgain: 'The stream delivers its records again, for twelve hours.',
    },
    { subject: 'governor', worker: governor, runsAgain: scheduled },
    { subject: 'replayer', worker: replayer, runsAgain: scheduled },
    { subject: 'campaigns-checker', worker: campaigns.checker.function, runsAgain: fed },
    { subject: 'campaigns-sender', worker: campaigns.sender, runsAgain: scheduled, isSlow: true },
    ...(ingress ? [{ subject: 'forwarder', worker: ingress.forwarder, runsAgain: fed }] : []),
    { subject: readerLane, worker: reader, runsAgain: 'The tool that asked shows the error. Run it again.' },
    {
      subject: 'operations',
      worker: operations.function,
      runsAgain: 'An act may have begun. Its record in the audit shows it.',
    },
  ];
}
