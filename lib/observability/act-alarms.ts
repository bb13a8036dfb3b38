import { actMetric } from '../../lambdas/domain/acts/names.ts';
import { type AlarmLine, type Observed, page, ticket } from './alarm-line.ts';
import { pipelineMetrics } from './metrics.ts';

/** Alarms on the acts of operators and their records. */
export function actAlarms({ serviceName }: Pick<Observed, 'serviceName'>): AlarmLine[] {
  const metrics = pipelineMetrics(serviceName);
  return [
    {
      ...page('audit-failing'),
      metric: metrics.acts(actMetric.auditFailed),
      threshold: 1,
      means:
        'A record of an act could not be written. Without the record of its begin, an act is not carried out: nobody can pause a lane.',
    },
    {
      ...ticket('acts-refused'),
      metric: metrics.acts(actMetric.actRefused),
      threshold: 1,
      means:
        'The operations function refused calls: without proof of the caller, without the permission, or in an unknown form.',
    },
  ];
}
