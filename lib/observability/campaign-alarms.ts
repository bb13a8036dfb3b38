import { campaignCheckerMetric } from '../../lambdas/campaign-checker/names.ts';
import { campaignLaneMetric } from '../../lambdas/campaign-sender/names.ts';
import { type AlarmLine, type Observed, page, ticket } from './alarm-line.ts';
import { fifteenMinutes, fiveMinutes, latest, mostInFiveMinutes, pipelineMetrics } from './metrics.ts';

/** Alarms on campaigns from files. */
export function campaignAlarms({ serviceName, settings, lanes, campaigns }: Observed): AlarmLine[] {
  const metrics = pipelineMetrics(serviceName);
  const { campaignRejectedPercent } = settings.alarmThresholds;
  return [
    {
      ...page('dead-letters', 'campaigns'),
      metric: campaigns.work.deadLetters.metricApproximateNumberOfMessagesVisible(latest),
      threshold: 1,
      means:
        'SQS moved messages of the campaign queue to the dead-letter queue after twenty deliveries. The check of a file has stopped.',
    },
    {
      ...ticket('campaign-refused', 'files'),
      metric: metrics.campaignChecker(campaignCheckerMetric.fileRefused, fifteenMinutes),
      threshold: 1,
      means:
        'A file of the campaign bucket’s inbox cannot be used as a whole, or its place or its ending is wrong. Nothing of it is sent.',
    },
    {
      ...ticket('campaign-refused', 'messages'),
      metric: metrics.campaignChecker(campaignCheckerMetric.messageForeign, fifteenMinutes),
      threshold: 1,
      means: 'The campaign queue had a message that neither S3 nor the checker has sent. The checker has dropped it.',
    },
    {
      ...ticket('campaign-failing', 'campaigns-checker'),
      metric: metrics.campaignChecker(campaignCheckerMetric.checkFailed, fifteenMinutes),
      // One failure may be a throttled bucket. The message returns after ten seconds, then later each time.
      threshold: 3,
      means: 'The checks of campaign files fail. Their messages return, and the campaigns stay in `checking`.',
    },
    {
      ...ticket('campaign-sender-silent'),
      kind: 'heartbeat',
      metric: campaigns.sender.metricInvocations(fiveMinutes),
      threshold: 1,
      // A run may take a quarter of an hour, and Lambda drops the runs that start during it.
      periods: 6,
      means: 'The campaign sender has not run for half an hour. No campaign is sent, and none is finished.',
    },
    ...lanes.flatMap(({ name }): AlarmLine[] => [
      {
        ...ticket('campaign-failing', name),
        metric: metrics.lane(campaignLaneMetric.failed, name, { ...fifteenMinutes, statistic: 'Sum' }),
        threshold: 3,
        means: 'The campaign sender fails to send, settle or finish a campaign. Each run tries again.',
      },
      {
        ...ticket('campaign-stands-still', name),
        metric: metrics.lane(campaignLaneMetric.standsStill, name, mostInFiveMinutes),
        threshold: 1,
        periods: 2,
        means: 'A campaign has settled no row for fifteen minutes, although its lane is open.',
      },
      {
        ...ticket('campaign-late', name),
        metric: metrics.lane(campaignLaneMetric.late, name, mostInFiveMinutes),
        threshold: 1,
        // The forecast varies while a campaign begins.
        periods: 3,
        means: 'The last row of a campaign will be done after its `sendBy`.',
      },
      {
        ...ticket('campaign-rejected', name),
        metric: metrics.lane(campaignLaneMetric.rejectedShare, name, mostInFiveMinutes),
        threshold: campaignRejectedPercent,
        means: `Of a campaign’s rows, ${campaignRejectedPercent} % or more are rejected. Probably a column or the template is wrong.`,
      },
    ]),
  ];
}
