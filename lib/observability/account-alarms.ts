import { Duration } from 'aws-cdk-lib';
import { governorMetric } from '../../lambdas/governor/names.ts';
import { type AlarmLine, type Observed, page, ticket } from './alarm-line.ts';
import { expression, latest, oneMinute, pipelineMetrics } from './metrics.ts';

/** If the API answers no poll, a quota alarm keeps its state. So an outage neither closes a ticket nor opens it again. */
const level = { kind: 'level' } as const;

/** Alarms on what the governor observes of the AppsFlyer account: the API's health and the month's quota. */
export function accountAlarms({ serviceName, settings, account }: Observed): AlarmLine[] {
  const metrics = pipelineMetrics(serviceName);
  const { quotaUsedPercent, quotaProjectedPercent, quotaSpentElsewhereCalls } = settings.alarmThresholds;
  const used = metrics.governor(governorMetric.quotaUsedPercent, latest);
  const quota = account.monthlyQuotaCalls.toLocaleString('en');
  return [
    {
      ...page('account-refused'),
      metric: metrics.governor(governorMetric.accountRefused, latest),
      threshold: 1,
      periods: 2,
      means: 'The OneLink API refuses the token, or the account may not use the API. Commands wait in their queues.',
    },
    {
      ...page('api-unreachable'),
      metric: metrics.governor(governorMetric.apiUnreachable, latest),
      threshold: 1,
      // A flapping API is as bad as an unavailable one.
      periods: 10,
      breaching: 5,
      means: 'In five of the last ten minutes the OneLink API was unavailable. Commands wait in their queues.',
    },
    {
      ...page('link-id-secret-differs'),
      metric: metrics.governor(governorMetric.linkIdSecretDiffers),
      threshold: 1,
      means:
        'The link-ID secret is not the one with which the ledger was written. The lanes are paused, or repeated commands would make second links.',
    },
    {
      ...page('governor-silent'),
      kind: 'heartbeat',
      // The governor writes this metric in each run that saves the control record, even if a poll fails.
      metric: metrics.governor(governorMetric.apiUnreachable, { ...oneMinute, statistic: 'SampleCount' }),
      threshold: 1,
      periods: 10,
      means:
        'The governor has not run for ten minutes. Nothing polls the quota, and nothing parks, pauses or opens a lane.',
    },
    {
      ...page('quota-nearly-spent'),
      ...level,
      metric: used,
      threshold: quotaUsedPercent.page,
      means: `${quotaUsedPercent.page} % of the month’s ${quota} calls are used. At 100 % the API refuses to create, update or delete links.`,
    },
    ...quotaUsedPercent.ticket.map(
      (percent): AlarmLine => ({
        ...ticket('quota-used', `${percent}-percent`),
        ...level,
        metric: used,
        threshold: percent,
        means: `${percent} % of the month’s ${quota} calls are used. Check that the rest lasts until the month’s end.`,
      }),
    ),
    {
      ...ticket('quota-running-out'),
      ...level,
      // The minimum of an hour, twice: one campaign moves the mean of a week, most of all in its first minutes.
      metric: metrics.governor(governorMetric.quotaProjectedMonthEndPercent, {
        period: Duration.hours(1),
        statistic: 'Minimum',
      }),
      threshold: quotaProjectedPercent,
      periods: 2,
      means: `At the mean rate of the last seven days, ${quotaProjectedPercent} % of the quota will be used before the month ends.`,
    },
    {
      ...ticket('quota-spent-elsewhere'),
      metric: metrics.governor(governorMetric.quotaSpentElsewhere, {
        period: Duration.minutes(15),
        statistic: 'Minimum',
      }),
      threshold: quotaSpentElsewhereCalls,
      periods: 3,
      means: `Callers that are no pipeline of this stage have spent ${quotaSpentElsewhereCalls.toLocaleString('en')} calls of the account’s quota within an hour.`,
    },
    {
      ...ticket('quota-unknown'),
      metric: expression(
        'polls without an answer',
        // An unavailable API and a refused token have alarms of their own.
        'IF(down + refused > 0, 0, runs - FILL(polled, 0))',
        {
          down: metrics.governor(governorMetric.apiUnreachable, { statistic: 'Maximum' }),
          refused: metrics.governor(governorMetric.accountRefused, { statistic: 'Maximum' }),
          runs: metrics.governor(governorMetric.apiUnreachable, { statistic: 'SampleCount' }),
          polled: metrics.governor(governorMetric.quotaUsed, { statistic: 'SampleCount' }),
        },
      ),
      threshold: 4,
      periods: 6,
      means:
        'The API accepts the token, but has answered no quota poll for half an hour. The lanes rely on the last figure, less their own calls.',
    },
  ];
}
