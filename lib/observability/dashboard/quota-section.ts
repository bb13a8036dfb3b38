import { Duration } from 'aws-cdk-lib';
import { GaugeWidget, type IMetric, type IWidget, SingleValueWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { expiryLane, qrLane } from '../../../lambdas/domain/work/names.ts';
import { governorMetric } from '../../../lambdas/governor/names.ts';
import { budgetOf } from '../../config/rate/budget.ts';
import { laneNames } from '../alarm-line.ts';
import { expression, latest, oneMinute } from '../metrics.ts';
import { callsPerSecond, graph, heading, line, linkOperations, type Shown } from './widgets.ts';

const hourly = { period: Duration.hours(1) };
const daily = { period: Duration.days(1) };
const hoursOfMonth = 744;

/** The month's quota: what is used, the forecast, and the calls of each source. */
export function quotaSection(shown: Shown): IWidget[][] {
  const { metrics, settings, account, lanes } = shown;
  const { quotaUsedPercent, quotaProjectedPercent, quotaSpentElsewhereCalls } = settings.alarmThresholds;
  const governor = (name: Parameters<typeof metrics.governor>[0], label: string) =>
    metrics.governor(name, { ...latest, label });
  const thresholds = [...quotaUsedPercent.ticket, quotaUsedPercent.page];

  const bySource = (period: { period: Duration }): IMetric[] =>
    settings.producers.map(({ source }) => metrics.source(source, { ...period, label: source }));
  // The account's figure falls to zero at the start of a UTC month, so each peak is a month's total.
  const history = (title: string, start: string, period: { period: Duration }) =>
    graph(title, bySource(period), {
      start,
      stacked: true,
      leftYAxis: { min: 0, label: 'our calls' },
      right: [metrics.governor(governorMetric.quotaUsed, { ...latest, ...period, label: 'account, month so far' })],
      rightYAxis: { min: 0, label: 'calls of the month' },
      width: 12,
    });

  return [
    heading(
      'Quota',
      ['quota-nearly-spent', 'quota-used', 'quota-running-out', 'quota-spent-elsewhere', 'quota-unknown'],
      shown,
      `${account.monthlyQuotaCalls.toLocaleString('en')} POST, PUT and DELETE calls a month (UTC), those of other systems included.`,
    ),
    [
      new GaugeWidget({
        title: 'Used this month (%)',
        metrics: [governor(governorMetric.quotaUsedPercent, 'used')],
        leftYAxis: { min: 0, max: 100 },
        annotations: thresholds.map((percent) => line(percent, `${percent} %`)),
        width: 6,
        height: 6,
      }),
      new SingleValueWidget({
        title: 'This month',
        metrics: [
          governor(governorMetric.quotaUsed, 'calls used'),
          governor(governorMetric.quotaRemaining, 'calls left'),
          expression(
            'hours left at the last hour’s rate',
            // A month at most. A comparison is 1 or 0, so an idle hour does not divide by zero.
            `IF(burn * ${hoursOfMonth} > left, left / (burn + (burn < 1)), ${hoursOfMonth})`,
            {
              left: metrics.governor(governorMetric.quotaRemaining, latest),
              burn: metrics.governor(governorMetric.quotaBurnPerHour, latest),
            },
            oneMinute,
          ),
          governor(governorMetric.quotaProjectedMonthEndPercent, '% at the month’s end'),
        ],
        width: 9,
        height: 6,
      }),
      // A period of a day begins at midnight UTC, so the last one is the present day so far.
      new SingleValueWidget({
        title: 'Today so far, by source (calls, UTC)',
        metrics: bySource(daily),
        width: 9,
        height: 6,
      }),
    ],
    [
      graph('Calls left, and the lanes’ reserves', [governor(governorMetric.quotaRemaining, 'calls left')], {
        start: '-P1M',
        leftAnnotations: lanes.map(({ name, settings: lane }) => line(lane.quotaReserveCalls, `${name} parks`)),
      }),
      graph(
        'Projected for the month’s end (%)',
        [governor(governorMetric.quotaProjectedMonthEndPercent, 'projected')],
        {
          start: '-P1M',
          leftAnnotations: [line(quotaProjectedPercent, 'ticket')],
        },
      ),
      graph(
        'Calls an hour',
        [governor(governorMetric.quotaBurnPerHour, 'all'), governor(governorMetric.quotaSpentElsewhere, 'elsewhere')],
        { start: '-P1W', leftAnnotations: [line(quotaSpentElsewhereCalls, 'ticket, if elsewhere')] },
      ),
    ],
    [history('Today, by source and hour', '-P1D', hourly), history('A month, by source and day', '-P1M', daily)],
    [
      history('Three months, by source and day', '-P3M', daily),
      history('Four months, by source and day', '-P4M', daily),
    ],
  ];
}

/** Calls per second against the account's limits. */
export function rateSection(shown: Shown): IWidget[][] {
  const { account, expiry } = shown;
  const budget = budgetOf(account);
  const ofExpiry = expiry.plan.concurrency * expiry.plan.callsPerSecond;
  return [
    heading('Rate', ['rate-limited'], shown),
    [
      graph(
        'Calls per second, all lanes',
        [
          ...laneNames(shown).map((name) => callsPerSecond(name, name, linkOperations, shown)),
          callsPerSecond('QR codes', qrLane, ['qr'], shown),
        ],
        {
          stacked: true,
          leftAnnotations: [line(budget.callsPerSecond, 'budget'), line(account.callsPerSecond, 'OneLink’s limit')],
        },
      ),
      graph('QR calls per second', [callsPerSecond('QR codes', qrLane, ['qr'], shown)], {
        leftAnnotations: [line(budget.qrCallsPerSecond, 'budget'), line(account.qrCallsPerSecond, 'OneLink’s limit')],
      }),
      graph('Calls per second, expiry', [callsPerSecond(expiryLane, expiryLane, ['read', 'update'], shown)], {
        leftAnnotations: [line(ofExpiry, 'share')],
      }),
    ],
  ];
}
