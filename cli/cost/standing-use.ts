import type { PipelineSettings } from '../../lib/config/config-schema.ts';
import { customMetrics } from '../../lib/observability/custom-metrics.ts';

/** What runs whether or not there is work. */
export interface StandingUse {
  alarmMetrics: number;
  /** At most: each is billed by the hour in which it is written. */
  customMetrics: number;
  dashboards: number;
  secrets: number;
  /** Queues with an event source mapping: Lambda polls each with long receives, around the clock. */
  polledQueues: number;
  /** Lanes whose parked commands the replayer counts each minute. */
  lanes: number;
}

interface Resource {
  Type: string;
  Properties?: { Metrics?: { MetricStat?: unknown }[]; StartingPosition?: string };
}

/** What stands by the resources of a pipeline's two templates. */
export function standingUse(
  templates: readonly { Resources?: object }[],
  settings: Pick<PipelineSettings, 'lanes' | 'producers'>,
): StandingUse {
  const resources = templates.flatMap(({ Resources = {} }) => Object.values(Resources) as Resource[]);
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  // A stream has a position to start from. Lambda's reads of DynamoDB's are free.
  const fromQueue = ({ Properties }: Resource) => Properties?.StartingPosition === undefined;
  return {
    // An alarm over an expression is billed for each metric in it.
    alarmMetrics: ofType('AWS::CloudWatch::Alarm').reduce(
      (sum, { Properties }) =>
        sum + Math.max(1, (Properties?.Metrics ?? []).filter(({ MetricStat }) => MetricStat).length),
      0,
    ),
    customMetrics: customMetrics(settings).length,
    dashboards: ofType('AWS::CloudWatch::Dashboard').length,
    secrets: ofType('AWS::SecretsManager::Secret').length,
    polledQueues: ofType('AWS::Lambda::EventSourceMapping').filter(fromQueue).length,
    lanes: Object.keys(settings.lanes).length,
  };
}
