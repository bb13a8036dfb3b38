import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { expiryLane, laneMetric } from '../../lambdas/domain/work/names.ts';
import { governorMetric } from '../../lambdas/governor/names.ts';
import type { AlarmLine, Observed } from './alarm-line.ts';
import { fifteenMinutes, fiveMinutes, latest, pipelineMetrics, tableMetric } from './metrics.ts';

const ticket = { kind: 'symptom', periods: 1, severity: 'ticket' } as const;
const page = { ...ticket, severity: 'page' } as const;

/** What carries the pipeline: functions, ledger, control record, and the end of the links. */
export function platformAlarms(observed: Observed): AlarmLine[] {
  const { serviceName, settings, expiry, replayer, ledger } = observed;
  const { expired } = expiry;
  const metrics = pipelineMetrics(serviceName);
  const about = { subject: expiryLane };
  return [
    ...functionsOf(observed).map(
      ({ subject, worker, runsAgain }): AlarmLine => ({
        ...ticket,
        id: 'function-errors',
        subject,
        metric: worker.metricErrors({ ...fifteenMinutes, statistic: 'Sum' }),
        // The replayer may take five minutes to run into its time-out: three of them are every run of a quarter of an hour.
        threshold: 3,
        means: `Invocations crash or run into their time-out. ${runsAgain}`,
      }),
    ),
    {
      ...ticket,
      kind: 'heartbeat',
      id: 'replayer-silent',
      metric: replayer.function.metricInvocations(fiveMinutes),
      threshold: 1,
      // A run may take five minutes, and begin in one period and end in the next but one.
      periods: 6,
      means: 'The replayer has not run for half an hour: what is parked stays in the archive.',
    },
    {
      ...ticket,
      id: 'control-record-lost',
      metric: metrics.governor(governorMetric.controlRebuilt),
      threshold: 1,
      means: 'The control record was gone or unreadable, and was made anew: lanes whose mappings were off stay paused.',
    },
    {
      ...ticket,
      id: 'ledger-throttled',
      // An alarm on DynamoDB's metrics keeps its state while nothing is measured, and throttles are only measured when there
      // are some: without the zeros it would never be over.
      metric: new MathExpression({
        label: 'throttled reads and writes',
        expression: 'FILL(reads, 0) + FILL(writes, 0)',
        usingMetrics: {
          reads: tableMetric(ledger.tableName, 'ReadThrottleEvents', fiveMinutes),
          writes: tableMetric(ledger.tableName, 'WriteThrottleEvents', fiveMinutes),
        },
        period: fiveMinutes.period,
      }),
      threshold: settings.alarmThresholds.ledgerThrottlesPer5Minutes,
      periods: 3,
      means:
        'DynamoDB turns the ledger’s reads or writes away. The functions repeat them; commands take longer or come back.',
    },
    ...[...observed.lanes.map(({ name }) => name), expiryLane].map(
      (subject): AlarmLine => ({
        ...ticket,
        id: 'bookkeeping-failed',
        subject,
        metric: metrics.lane(laneMetric.bookkeepingFailed, subject),
        threshold: 1,
        // The SDK has repeated each write; one that fails now and then is within what the forecast can bear.
        periods: 3,
        means:
          'For a quarter of an hour counts of calls, renewals or signals could not be written. Commands are complete; caps, ' +
          'forecast and the lane’s state go by too little.',
      }),
    ),
    {
      ...page,
      ...about,
      id: 'dead-letters',
      metric: expired.deadLetters.metricApproximateNumberOfMessagesVisible(latest),
      threshold: 1,
      means: 'Links whose time has come were delivered twenty times without being looked at: their ends are not told.',
    },
    {
      ...page,
      id: 'expiry-intake-late',
      // Measured as batches are handed over, those that come again included: nothing measured is nothing to do.
      metric: expiry.intake.function.metric('IteratorAge', latest),
      threshold: 5 * 60_000,
      means:
        'Links whose time has come wait on the ledger’s stream for five minutes: their records are missing, and commands for ' +
        'those that live may be told not-owner after ten.',
    },
    {
      ...ticket,
      id: 'expiry-backlog-old',
      metric: expired.queue.metricApproximateAgeOfOldestMessage(latest),
      threshold: 2 * 86_400,
      periods: 5,
      means: 'Links whose time has come have waited for two days: ends are told late, and kept links are not renewed.',
    },
    {
      ...ticket,
      id: 'links-expiring-soon',
      metric: metrics.lane(laneMetric.linkExpiringSoon, expiryLane, fifteenMinutes),
      threshold: 1,
      means: 'Links that are to be kept could not be renewed, and expire within a week.',
    },
  ];
}

/** Every function of the pipeline, by the name that its alarms and graphs have. */
export function functionsOf({ lanes, expiry, governor, replayer }: Observed): {
  subject: string;
  worker: LambdaFunction;
  runsAgain: string;
}[] {
  const fed = 'Their messages come back, and end as dead letters if it goes on.';
  const scheduled = 'It is run again every minute.';
  return [
    ...lanes.flatMap(({ name, linkWorker, qrWorker }) => [
      { subject: name, worker: linkWorker.function, runsAgain: fed },
      { subject: `${name}-qr`, worker: qrWorker.function, runsAgain: fed },
    ]),
    { subject: expiryLane, worker: expiry.function, runsAgain: fed },
    {
      subject: 'expiry-intake',
      worker: expiry.intake.function,
      runsAgain: 'The stream hands its records over again, for twelve hours.',
    },
    { subject: 'governor', worker: governor.function, runsAgain: scheduled },
    { subject: 'replayer', worker: replayer.function, runsAgain: scheduled },
  ];
}
