import { producerKey } from '../../cli/pipeline/local-senders.ts';
import type { PipelineSettings, ProducerPrincipal } from '../../lib/config/config-schema.ts';
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

/**
 * The producers of a configuration as callers of the local cloud. A producer is its first principal, or the first
 * that binds it. Without principals, it is a user of the deploying account that may send to queues.
 */
export function producerCallers({ producers }: Pick<PipelineSettings, 'producers'>): Callers {
  const callers = producers.map(({ source, principals }) => {
    const binding = principals.find((one) => isDirect(one) && one.senderId !== undefined);
    return [producerKey(source), callerOf(source, binding ?? principals[0])];
  });
  return Object.fromEntries(callers);
}

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
