import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { governorMetric } from '../../lambdas/governor/names.ts';
import type { AlarmLine, Observed } from './alarm-line.ts';
import { fiveMinutes, latest, oneMinute, pipelineMetrics } from './metrics.ts';

const ticket = { kind: 'symptom', periods: 1, severity: 'ticket' } as const;
const page = { ...ticket, severity: 'page' } as const;
/** The quota stays as it was while no poll is answered: an outage neither closes a ticket nor opens it again. */
const level = { ...ticket, kind: 'level' } as const;

/** What the governor sees of the AppsFlyer account: the API's health, and the month's quota. */
export function accountAlarms({ serviceName, settings, account }: Observed): AlarmLine[] {
  const metrics = pipelineMetrics(serviceName);
  const { quotaUsedPercent, quotaProjectedPercent, quotaSpentElsewhereCalls } = settings.alarmThresholds;
  const used = metrics.governor(governorMetric.quotaUsedPercent, latest);
  const quota = account.monthlyQuotaCalls.toLocaleString('en');
  return [
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
      // An API that flaps is as bad as one that is gone.
      periods: 10,
      breaching: 5,
      means: 'In five of the last ten minutes the OneLink API has given no usable answer. The commands wait.',
    },
    {
      ...page,
      kind: 'heartbeat',
      id: 'governor-silent',
      // Written in every run that has put down the control record; whether the quota was answered is another matter.
      metric: metrics.governor(governorMetric.apiUnreachable, { ...oneMinute, statistic: 'SampleCount' }),
      threshold: 1,
      periods: 10,
      means: 'The governor has not run for ten minutes: nobody watches the quota, and nobody pauses or opens a lane.',
    },
    {
      ...level,
      severity: 'page',
      id: 'quota-nearly-spent',
      metric: used,
      threshold: quotaUsedPercent.page,
      means: `${quotaUsedPercent.page} % of the month’s ${quota} calls are used. At 100 % nothing more is made, changed or deleted.`,
    },
    ...quotaUsedPercent.ticket.map(
      (percent): AlarmLine => ({
        ...level,
        id: 'quota-used',
        subject: `${percent}-percent`,
        metric: used,
        threshold: percent,
        means: `${percent} % of the month’s ${quota} calls are used. Fine at the month’s end, a question before.`,
      }),
    ),
    {
      ...level,
      id: 'quota-running-out',
      // The lowest of an hour, twice: one campaign moves the mean of a week, and its first minutes more than its last.
      metric: metrics.governor(governorMetric.quotaProjectedMonthEndPercent, {
        period: Duration.hours(1),
        statistic: 'Minimum',
      }),
      threshold: quotaProjectedPercent,
      periods: 2,
      means: `As the last seven days went, ${quotaProjectedPercent} % of the quota will be used before the month ends.`,
    },
    {
      ...ticket,
      id: 'quota-spent-elsewhere',
      metric: metrics.governor(governorMetric.quotaSpentElsewhere, {
        period: Duration.minutes(15),
        statistic: 'Minimum',
      }),
      threshold: quotaSpentElsewhereCalls,
      periods: 3,
      means: `Something else has spent ${quotaSpentElsewhereCalls.toLocaleString('en')} calls of the account’s quota within an hour.`,
    },
    {
      ...ticket,
      id: 'quota-unknown',
      metric: new MathExpression({
        label: 'polls without an answer',
        // An API that is down and a token that is refused have alarms of their own.
        expression: 'IF(down + refused > 0, 0, runs - FILL(polled, 0))',
        usingMetrics: {
          down: metrics.governor(governorMetric.apiUnreachable, { ...fiveMinutes, statistic: 'Maximum' }),
          refused: metrics.governor(governorMetric.accountRefused, { ...fiveMinutes, statistic: 'Maximum' }),
          runs: metrics.governor(governorMetric.apiUnreachable, { ...fiveMinutes, statistic: 'SampleCount' }),
          polled: metrics.governor(governorMetric.quotaPolled, fiveMinutes),
        },
        period: fiveMinutes.period,
      }),
      threshold: 4,
      periods: 6,
      means:
        'The API is well and accepts the token, but has not told the quota for half an hour: the lanes go by the last figure and their own calls.',
    },
  ];
}
