import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { actMetric } from '../../../lambdas/domain/acts/names.ts';
import { oneMinute } from '../metrics.ts';
import { graph, heading, type Shown } from './widgets.ts';

/** What operators do, and whether it is recorded. */
export function actsSection(shown: Shown): IWidget[][] {
  const { metrics, operations } = shown;
  const count = (name: (typeof actMetric)[keyof typeof actMetric], label: string) =>
    metrics.acts(name, { ...oneMinute, label });
  return [
    heading('Acts of operators', ['audit-failing', 'acts-refused'], shown),
    [
      graph('Acts: parts per minute', [
        count(actMetric.actPerformed, 'carried out'),
        count(actMetric.actRefused, 'refused'),
        count(actMetric.auditFailed, 'not recorded'),
      ]),
      graph('Acts: calls that waited for others, per minute', [
        operations.function.metricThrottles({ ...oneMinute, statistic: 'Sum', label: 'throttled' }),
      ]),
    ],
  ];
}
