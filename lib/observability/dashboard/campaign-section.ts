import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { campaignCheckerMetric } from '../../../lambdas/campaign-checker/names.ts';
import { campaignLaneMetric } from '../../../lambdas/campaign-sender/names.ts';
import { mostInFiveMinutes, oneMinute } from '../metrics.ts';
import { dead, graph, heading, oldest, type Shown, waiting } from './widgets.ts';

/** Campaigns from files: what is checked, sent and settled, and what needs a look. */
export function campaignSection(shown: Shown): IWidget[][] {
  const { metrics, lanes, campaigns } = shown;
  const { rowsSent, rowsSettled, rowsRejected, rowsFailed, active, standsStill, late, rejectedShare } =
    campaignLaneMetric;
  const { rowsChecked, rowsRefused, fileRefused, messageForeign, checkFailed } = campaignCheckerMetric;
  const ofLanes = (names: readonly (typeof campaignLaneMetric)[keyof typeof campaignLaneMetric][], options: object) =>
    lanes.flatMap(({ name }) =>
      names.map((one) => metrics.lane(one, name, { ...options, label: `${name}: ${one.replace('Campaign', '')}` })),
    );
  const ids = [
    'campaign-refused',
    'campaign-failing',
    'campaign-sender-silent',
    'campaign-stands-still',
    'campaign-late',
  ] as const;
  return [
    heading('Campaigns', [...ids, 'campaign-rejected', 'dead-letters'], shown),
    [
      graph(
        'Campaigns: rows checked per minute',
        [rowsChecked, rowsRefused].map((one) => metrics.campaignChecker(one, { ...oneMinute, label: one })),
        {
          right: [fileRefused, messageForeign, checkFailed].map((one) =>
            metrics.campaignChecker(one, { ...oneMinute, label: one }),
          ),
        },
      ),
      graph('Campaigns: messages', [waiting(campaigns.work)], {
        right: [oldest(campaigns.work), dead(campaigns.work)],
      }),
      graph('Campaigns: rows per minute', ofLanes([rowsSent, rowsSettled, rowsRejected, rowsFailed], oneMinute)),
    ],
    [
      graph('Campaigns: being sent', ofLanes([active], mostInFiveMinutes)),
      graph('Campaigns: standing still, or late', ofLanes([standsStill, late], mostInFiveMinutes)),
      graph('Campaigns: rejected rows (%)', ofLanes([rejectedShare], mostInFiveMinutes)),
    ],
  ];
}
