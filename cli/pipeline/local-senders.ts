import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { PipelineSettings } from '../../lib/config/config-schema.ts';
import { isBound } from '../../lib/config/principals.ts';

/** The access key of a producer of the local run. */
export const producerKey = (source: string) => `producer-${source}`;

/**
 * The access key with which a message of the local run is sent. It is the producer's if the source is bound, because the
 * worker holds what others send. Undefined for all else: the operator sends it.
 */
export function senderKey(
  producers: PipelineSettings['producers'],
  { source, lane }: { source?: string; lane: string },
): string | undefined {
  const producer = producers.find((one) => one.source === source && one.lanes.includes(lane));
  return producer !== undefined && isBound(producer) ? producerKey(producer.source) : undefined;
}

/**
 * The client of each access key of the local run.
 *
 * @param operator the client of the operator
 * @param settings those of the other clients
 */
export function clientsBySender(
  operator: SQSClient,
  settings: (accessKeyId: string) => SQSClientConfig,
): (sender: string | undefined) => SQSClient {
  const clients = new Map<string, SQSClient>();
  return (sender) => {
    if (sender === undefined) return operator;
    const client = clients.get(sender) ?? new SQSClient(settings(sender));
    clients.set(sender, client);
    return client;
  };
}
