import { producerKey } from '../../cli/pipeline/local-senders.ts';
import type { PipelineOutputs } from '../../cli/pipeline/pipeline-outputs.ts';
import type { PipelineSettings, ProducerPrincipal, ProducerSettings } from '../../lib/config/config-schema.ts';
import { isDirect } from '../../lib/config/principals.ts';
import {
  type Caller,
  type Callers,
  everything,
  type PolicyDocument,
  serviceOf,
  sessionOf,
  userOf,
} from '../cloud/access/caller.ts';
import { localAccountId } from '../cloud/endpoints.ts';

/** The queue to which a message is sent: its lane's, or an ingress queue of a producer that acts as an account or service. */
export function queueUrlOf(
  { source, lane }: { source?: string; lane: string },
  producers: PipelineSettings['producers'],
  { laneQueueUrls, ingressQueues }: Pick<PipelineOutputs, 'laneQueueUrls' | 'ingressQueues'>,
): string {
  const producer = producers.find((one) => one.source === source);
  const principal = producer && actingAs(producer);
  const own = ingressQueues.find((one) => one.source === source && one.lane === lane);
  if (principal !== undefined && !isDirect(principal) && own !== undefined) return own.url;
  return laneQueueUrls.get(lane) ?? '';
}

/**
 * The producers of a configuration as callers of the local cloud. A producer is its first principal that AWS can tell from
 * others, or its first one. Without principals, it is a user of the deploying account that may send to queues.
 */
export function producerCallers({ producers }: Pick<PipelineSettings, 'producers'>): Callers {
  const callers = producers.map((producer) => [
    producerKey(producer.source),
    callerOf(producer.source, actingAs(producer)),
  ]);
  return Object.fromEntries(callers);
}

/** The principal that the local run sends as. */
export const actingAs = ({ principals }: Pick<ProducerSettings, 'principals'>): ProducerPrincipal | undefined =>
  principals.find((principal) => !isDirect(principal) || principal.senderId !== undefined) ?? principals[0];

/**
 * In another account, that account permits all, and the queue's policy decides. In this one, the queue's policy decides
 * alone if it names the producer.
 */
function callerOf(source: string, principal: ProducerPrincipal | undefined): Caller {
  if (principal === undefined) return userOf(`arn:aws:iam::${localAccountId}:user/${source}`, [mayUseQueues]);
  if ('account' in principal) return userOf(`arn:aws:iam::${principal.account}:user/${source}`, [everything]);
  if ('service' in principal) return serviceOf(principal.service, principal.sourceArn);
  const arn = 'user' in principal ? principal.user : principal.role;
  const policies = arn.split(':')[4] === localAccountId ? [] : [everything];
  if ('user' in principal) return userOf(arn, policies, principal.senderId);
  return sessionOf(arn, source, policies, principal.senderId);
}

/** As an administrator of the account would write it: any queue, and outcomes. */
const mayUseQueues: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['sqs:SendMessage', 'sqs:GetQueueUrl', 'sqs:GetQueueAttributes'], Resource: '*' },
  ],
};
