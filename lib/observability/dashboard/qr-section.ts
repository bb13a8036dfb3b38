import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { laneMetric, qrLane } from '../../../lambdas/domain/work/names.ts';
import { laneStateMetric } from '../../../lambdas/governor/names.ts';
import { latest, oneMinute } from '../metrics.ts';
import { dead, graph, heading, oldest, type Shown, waiting } from './widgets.ts';

/** The QR codes of all lanes. */
export function qrSection(shown: Shown): IWidget[][] {
  const { metrics, lanes, qrCodes } = shown;
  const { lanePausedMinutes } = laneStateMetric;
  return [
    heading('QR codes', ['qr-failed', 'dead-letters', 'commands-expiring', 'lane-paused'], shown),
    [
      graph(
        'QR codes: images per minute, by lane',
        lanes.flatMap(({ name }) =>
          [laneMetric.qrStored, laneMetric.qrFailed].map((one) =>
            metrics.lane(one, name, { ...oneMinute, label: `${name} ${one}` }),
          ),
        ),
      ),
      graph('QR codes: backlog', [waiting(qrCodes.jobs)], { right: [oldest(qrCodes.jobs), dead(qrCodes.jobs)] }),
      graph('QR codes: paused (minutes)', [metrics.lane(lanePausedMinutes, qrLane, { ...latest, label: 'paused' })]),
    ],
  ];
}
