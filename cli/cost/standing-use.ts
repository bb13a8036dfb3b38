import type { PipelineSettings } from '../../lib/config/config-schema.ts';
import { customMetrics } from '../../lib/observability/custom-metrics.ts';
import { type KeyRequests, keyRequests, type Template } from './key-requests.ts';
import { measuredUse } from './measured-use.ts';

/** What costs money even without commands. */
export interface StandingUse {
  alarmMetrics: number;
  /** All that the functions can write. */
  customMetrics: number;
  /**
   * AWS bills each metric by the hours in which it is written: the sum over all, in months, of the sample configuration. The HTTP API
   * is not in the played month, so each of its metrics counts as written all the time.
   */
  metricMonths: number;
  dashboards: number;
  secrets: number;
  /** Keys of KMS that the stacks make, and the requests in a month to these, to a given key, and to AWS managed keys. */
  keys: number;
  keyRequests: KeyRequests;
  /** Queues with an event source mapping. Lambda polls each of them all the time. */
  polledQueues: number;
  /** Lanes whose parked commands the replayer counts each minute. */
  lanes: number;
}

interface Resource {
  Type: string;
  Properties?: { Metrics?: { MetricStat?: unknown }[]; StartingPosition?: string };
}

/** The standing use of the resources in a pipeline's two templates. */
export function standingUse(
  templates: readonly Template[],
  settings: Pick<PipelineSettings, 'lanes' | 'producers'>,
): StandingUse {
  const metrics = customMetrics(settings);
  const resources = templates.flatMap(({ Resources = {} }) => Object.values(Resources) as Resource[]);
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  // Only a mapping of a stream has a starting position. Lambda's reads of a DynamoDB stream are free.
  const fromQueue = ({ Properties }: Resource) => Properties?.StartingPosition === undefined;
  return {
    // AWS bills an alarm on an expression for each metric in it.
    alarmMetrics: ofType('AWS::CloudWatch::Alarm').reduce(
      (sum, { Properties }) =>
        sum + Math.max(1, (Properties?.Metrics ?? []).filter(({ MetricStat }) => MetricStat).length),
      0,
    ),
    customMetrics: metrics.length,
    metricMonths: measuredUse.metricMonths + metrics.filter(({ name }) => name.startsWith('Http')).length,
    dashboards: ofType('AWS::CloudWatch::Dashboard').length,
    secrets: ofType('AWS::SecretsManager::Secret').length,
    keys: ofType('AWS::KMS::Key').length,
    keyRequests: keyRequests(templates),
    polledQueues: ofType('AWS::Lambda::EventSourceMapping').filter(fromQueue).length,
    lanes: Object.keys(settings.lanes).length,
  };
}
