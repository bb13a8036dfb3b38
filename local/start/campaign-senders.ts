import { SQSClient } from '@aws-sdk/client-sqs';
import { ingressQueues, type PipelineOutputs } from '../../cli/pipeline/pipeline-outputs.ts';
import type { sendAll } from '../../cli/pipeline/send-messages.ts';
import type { PipelineSettings } from '../../lib/config/config-schema.ts';
import { isBound, isDirect } from '../../lib/config/principals.ts';
import type { LocalCloud } from '../cloud/cloud.ts';
import { actingAs, producerKey } from './producer-callers.ts';

/** Who sends messages, and to which queue of a lane. */
export interface CampaignSender {
  sqs: Parameters<typeof sendAll>[0];
  queueUrlOf(lane: string): string | undefined;
}

interface Place {
  cloud: Pick<LocalCloud, 'clientConfig'>;
  settings: Pick<PipelineSettings, 'producers'>;
  stackName: string;
  named: Readonly<Record<string, string>>;
  outputs: Pick<PipelineOutputs, 'laneQueueUrls'>;
  /** The operator's client. */
  sqs: CampaignSender['sqs'];
}

/**
 * The sender of each source's messages. A bound source sends as itself, or the worker would hold its commands. The operator
 * sends all others.
 */
export function campaignSenders(place: Place): (source: string | undefined) => CampaignSender {
  const { cloud, settings, outputs, sqs, named, stackName } = place;
  const ingress = ingressQueues(named, stackName);
  const operator: CampaignSender = { sqs, queueUrlOf: (lane) => outputs.laneQueueUrls.get(lane) };
  const bound = settings.producers.filter(isBound).map((producer): [string, CampaignSender] => {
    const { source } = producer;
    const principal = actingAs(producer);
    const isOwnQueue = principal !== undefined && !isDirect(principal);
    const ofIngress = (lane: string) => ingress.find((one) => one.lane === lane && one.source === source)?.url;
    const client = new SQSClient(cloud.clientConfig('sqs', producerKey(source)));
    return [source, { sqs: client, queueUrlOf: isOwnQueue ? ofIngress : operator.queueUrlOf }];
  });
  const senders = new Map(bound);
  return (source = '') => senders.get(source) ?? operator;
}
