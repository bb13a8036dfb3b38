import type { PipelineSettings, ProducerPrincipal } from '../../lib/config/config-schema.ts';
import { type Caller, type Callers, serviceOf, sessionOf, userOf } from '../cloud/access/caller.ts';
import { localAccountId } from '../cloud/endpoints.ts';

/** The access key of a producer of the local run. */
export const producerKey = (source: string) => `producer-${source}`;

/**
 * The producers of a configuration as callers of the local cloud. A producer is its first principal. Without principals,
 * it is a user of the deploying account.
 */
export function producerCallers({ producers }: Pick<PipelineSettings, 'producers'>): Callers {
  const callers = producers.map(({ source, principals: [principal] }) => [
    producerKey(source),
    callerOf(source, principal),
  ]);
  return Object.fromEntries(callers);
}

function callerOf(source: string, principal: ProducerPrincipal | undefined): Caller {
  if (principal === undefined) return userOf(`arn:aws:iam::${localAccountId}:user/${source}`);
  if ('account' in principal) return userOf(`arn:aws:iam::${principal.account}:user/${source}`);
  if ('service' in principal) return serviceOf(principal.service);
  return 'user' in principal ? userOf(principal.user) : sessionOf(principal.role, source);
}
