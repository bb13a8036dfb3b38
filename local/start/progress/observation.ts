import type { PipelineOutputs } from '../../../cli/pipeline/pipeline-outputs.ts';
import type { LocalCloud } from '../../cloud/cloud.ts';
import type { AdminClient } from '../../onelink-api/admin-client.ts';

/** The state of queues, quota and alarms. */
export async function watch(
  cloud: Pick<LocalCloud, 'queues' | 'alarms' | 'endpoints'>,
  admin: Pick<AdminClient, 'stats'>,
  { laneQueueUrls }: Pick<PipelineOutputs, 'laneQueueUrls'>,
) {
  const [queues, stats, mappings] = await Promise.all([cloud.queues(), admin.stats(), mappingStates(cloud.endpoints)]);
  const lanes = [...laneQueueUrls].map(([lane, url]) => {
    const queue = queues.find((one) => one.url === url);
    const inWork = queue?.inFlight ?? 0;
    return [lane, { waiting: queue?.visible ?? 0, inWork, running: mappings.get(queue?.arn ?? '') !== false }] as const;
  });
  return {
    lanes: new Map(lanes),
    quota: stats.quota,
    alarms: cloud.alarms().flatMap(({ name, state }) => (state === 'ALARM' ? [name] : [])),
    deadLetters: deadLettersIn(queues),
  };
}

export function deadLettersIn(queues: Awaited<ReturnType<LocalCloud['queues']>>): number {
  return queues
    .filter(({ deadLetterQueueOf }) => deadLetterQueueOf.length > 0)
    .reduce((sum, { visible, inFlight, delayed }) => sum + visible + inFlight + delayed, 0);
}

/**
 * Whether the event source mapping of a queue ARN is enabled. It calls Lambda's API without a client, as the project
 * has none.
 */
export async function mappingStates(endpoints: LocalCloud['endpoints']): Promise<Map<string, boolean>> {
  const response = await fetch(`${endpoints.lambda}/2015-03-31/event-source-mappings/`);
  const { EventSourceMappings } = (await response.json()) as {
    EventSourceMappings: { EventSourceArn: string; State: string }[];
  };
  return new Map(EventSourceMappings.map(({ EventSourceArn, State }) => [EventSourceArn, State === 'Enabled']));
}
