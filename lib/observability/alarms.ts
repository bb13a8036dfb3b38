import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { expiryLane, governorMetric, laneMetric } from '../../lambdas/names.ts';
import type { Expiry } from '../expiry.ts';
import type { Governor } from '../governor.ts';
import type { Lane } from '../lane.ts';
import { pipelineMetrics } from './metrics.ts';

/** Each has a heading of its own in RUNBOOK.md. */
export const alarmIds = [
  'dead-letters',
  'commands-late',
  'commands-returned',
  'commands-expiring',
  'backlog-old',
  'governor-silent',
  'account-refused',
  'api-unreachable',
  'quota-nearly-spent',
  'quota-used-85-percent',
  'quota-used-70-percent',
  'commands-held',
  'rate-limited',
  'worker-errors',
  'worker-throttled',
  'commands-rejected',
  'qr-failed',
  'links-expiring-soon',
  'expiry-backlog-old',
] as const;
export type AlarmId = (typeof alarmIds)[number];

/** One alarm. It fires when `metric` is at least (or, for a heartbeat, below) the threshold in every one of `periods`. */
export interface AlarmLine {
  readonly id: AlarmId;
  /** The lane or queue it watches, where there are several. */
  readonly subject?: string;
  /** A symptom that sends nothing is fine; a heartbeat that sends nothing has stopped. */
  readonly kind: 'symptom' | 'heartbeat';
  /** `page`: somebody gets up. `ticket`: somebody looks tomorrow. */
  readonly severity: 'page' | 'ticket';
  readonly metric: IMetric;
  readonly threshold: number;
  readonly periods: number;
  readonly means: string;
}

/** What there is to watch. */
export interface Observed {
  readonly serviceName: string;
  readonly lanes: readonly Lane[];
  readonly expiry: Expiry;
  readonly governor: Governor;
  readonly commandRetentionDays: number;
}

const oneMinute = { period: Duration.minutes(1) };
const fiveMinutes = { period: Duration.minutes(5), statistic: 'Sum' };
const fifteenMinutes = { period: Duration.minutes(15) };
const latest = { period: Duration.minutes(1), statistic: 'Maximum' };

/** Two days before SQS drops a message for good, or halfway where it is kept for less than four. */
const expiringAfterSeconds = (retentionDays: number) => Math.max(retentionDays - 2, retentionDays / 2) * 86_400;

/** All alarms of one pipeline, in the order in which a command would meet what they watch. */
export function alarmsOf({
  serviceName,
  lanes,
  expiry,
  commandRetentionDays,
}: Omit<Observed, 'governor'>): AlarmLine[] {
  const metrics = pipelineMetrics(serviceName);
  const symptom = { kind: 'symptom', periods: 1 } as const;
  const page = { ...symptom, severity: 'page' } as const;
  const ticket = { ...symptom, severity: 'ticket' } as const;

  const ofLane = ({ name, settings, commands, qrJobs, linkWorker, qrWorker }: Lane): AlarmLine[] => {
    const age = commands.queue.metricApproximateAgeOfOldestMessage(latest);
    const oldestSeconds = settings.oldestCommandAlarmMinutes * 60;
    const reserve = settings.quotaReserveCalls.toLocaleString('en');
    const queues = [
      { subject: name, work: commands, what: 'commands' },
      { subject: `${name}-qr`, work: qrJobs, what: 'QR jobs' },
    ];
    const functions = [
      { subject: name, worker: linkWorker.function },
      { subject: `${name}-qr`, worker: qrWorker.function },
    ];
    const about = { subject: name };
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
      settings.windowSeconds > 0
        ? {
            ...ticket,
            ...about,
            id: 'backlog-old',
            metric: age,
            threshold: oldestSeconds,
            periods: 5,
            means:
              `The oldest command has waited for ${settings.oldestCommandAlarmMinutes} minutes: ` +
              'more comes in than the rate of the lane carries, or it stands still.',
          }
        : {
            ...page,
            ...about,
            id: 'commands-late',
            metric: age,
            threshold: oldestSeconds,
            periods: 2,
            means: `Somebody has waited for a link for more than ${settings.oldestCommandAlarmMinutes} minutes.`,
          },
      {
        ...page,
        ...about,
        id: 'commands-returned',
        metric: metrics.lane(laneMetric.commandReturned, name),
        // SQS's age of the oldest message leaves out what was delivered more than three times: this does not. A hiccup of
        // the API returns a batch or two; a lane with a window may take half an hour to get over it.
        threshold: settings.windowSeconds > 0 ? 1_000 : 10,
        periods: settings.windowSeconds > 0 ? 6 : 3,
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
        ...page,
        ...about,
        id: 'account-refused',
        metric: metrics.lane(laneMetric.accountBlocked, name, { period: Duration.minutes(5) }),
        threshold: 1,
        means: 'The OneLink API refuses the token, or the account may not use the API. The commands wait.',
      },
      {
        ...ticket,
        ...about,
        id: 'commands-held',
        metric: metrics.lane(laneMetric.commandParked, name),
        threshold: 1,
        means: `Of the month’s quota no more than the lane’s reserve is left (${reserve} calls). Its commands wait.`,
      },
      {
        ...ticket,
        ...about,
        id: 'rate-limited',
        metric: metrics.lane(laneMetric.rateLimited, name),
        threshold: 10,
        means: 'The API answers 429 although we keep to our budget: another system uses the account.',
      },
      ...functions.flatMap(({ subject, worker }): AlarmLine[] => [
        {
          ...ticket,
          id: 'worker-errors',
          subject,
          metric: worker.metricErrors(fiveMinutes),
          threshold: 3,
          means: 'Invocations crash or time out. Their messages come back and end as dead letters if it goes on.',
        },
        {
          ...ticket,
          id: 'worker-throttled',
          subject,
          metric: worker.metricThrottles(fiveMinutes),
          threshold: 10,
          periods: 3,
          means: 'Lambda turns invocations away, and each time the messages of a batch count one receive more.',
        },
      ]),
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
        id: 'qr-failed',
        metric: metrics.lane(laneMetric.qrFailed, name, fifteenMinutes),
        threshold: 10,
        means: 'QR images could not be had after all attempts. The links themselves are fine.',
      },
    ];
  };

  const ofExpiry = ({ expired, function: worker }: Expiry): AlarmLine[] => {
    const about = { subject: expiryLane };
    return [
      {
        ...page,
        ...about,
        id: 'dead-letters',
        metric: expired.deadLetters.metricApproximateNumberOfMessagesVisible(latest),
        threshold: 1,
        means: 'Expired links came back twenty times without being looked at: the ledger may have forgotten live ones.',
      },
      {
        ...ticket,
        id: 'expiry-backlog-old',
        metric: expired.queue.metricApproximateAgeOfOldestMessage(latest),
        threshold: 2 * 86_400,
        periods: 5,
        means: 'Links whose time has come have waited for two days: live ones are missing in the ledger for as long.',
      },
      {
        ...ticket,
        id: 'links-expiring-soon',
        metric: metrics.lane(laneMetric.linkExpiringSoon, expiryLane, fifteenMinutes),
        threshold: 1,
        means: 'Links that are to be kept could not be renewed, and expire within a week.',
      },
      {
        ...ticket,
        ...about,
        id: 'worker-errors',
        metric: worker.metricErrors(fiveMinutes),
        threshold: 3,
        means: 'Invocations crash or time out. Their messages come back and end as dead letters if it goes on.',
      },
    ];
  };

  const quotaUsed = metrics.governor(governorMetric.quotaUsedPercent, latest);
  return [
    ...lanes.flatMap(ofLane),
    ...ofExpiry(expiry),
    {
      id: 'governor-silent',
      kind: 'heartbeat',
      severity: 'page',
      metric: metrics.governor(governorMetric.quotaPolled, oneMinute),
      threshold: 1,
      periods: 10,
      means: 'Nobody has learned the remaining quota for ten minutes: the lanes work by an old figure.',
    },
    {
      ...page,
      id: 'account-refused',
      metric: metrics.governor(governorMetric.accountRefused, latest),
      threshold: 1,
      periods: 2,
      means: 'The OneLink API refuses the token, or the account may not use the API. The commands wait.',
    },
    {
      ...page,
      id: 'api-unreachable',
      metric: metrics.governor(governorMetric.apiUnreachable, latest),
      threshold: 1,
      periods: 5,
      means: 'The OneLink API has given no usable answer for five minutes. The commands wait.',
    },
    {
      ...page,
      id: 'quota-nearly-spent',
      metric: quotaUsed,
      threshold: 95,
      means: 'At 100 % of the month’s quota nothing more is made, changed or deleted until the UTC month turns.',
    },
    { ...ticket, id: 'quota-used-85-percent', metric: quotaUsed, threshold: 85, means: quotaMeans(85) },
    { ...ticket, id: 'quota-used-70-percent', metric: quotaUsed, threshold: 70, means: quotaMeans(70) },
  ];
}

const quotaMeans = (percent: number) =>
  `${percent} % of the month’s quota is used. Fine at the month’s end, a question before.`;
