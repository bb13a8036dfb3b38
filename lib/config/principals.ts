import { createHash } from 'node:crypto';
import type { PipelineSettings, ProducerPrincipal, ProducerSettings } from './config-schema.ts';

/** A principal that sends to the lane's queue itself, so that SQS reports its unique ID. */
export type DirectPrincipal = Extract<ProducerPrincipal, { role: string } | { user: string }>;

export const isDirect = (principal: ProducerPrincipal): principal is DirectPrincipal =>
  'role' in principal || 'user' in principal;

export const arnOf = (principal: DirectPrincipal) => ('role' in principal ? principal.role : principal.user);

/**
 * A principal whose messages do not show which producer sent them: SQS reports no account and no source of a service. So
 * it sends to an ingress queue of its producer.
 */
export type IngressPrincipal = Exclude<ProducerPrincipal, DirectPrincipal>;

/** Whether the worker can tell the producer's senders from others. */
export const isBound = ({ principals }: ProducerSettings) =>
  principals.some((principal) => !isDirect(principal) || principal.senderId !== undefined);

/** A queue that proves the producer of its messages. */
export interface IngressQueueSettings {
  lane: string;
  source: string;
  principals: IngressPrincipal[];
}

/** The ingress queues of a pipeline: one for each producer with such principals, and each of its lanes. */
export function ingressQueuesOf({ producers }: Pick<PipelineSettings, 'producers'>): IngressQueueSettings[] {
  return producers.flatMap(({ source, principals: all, lanes }) => {
    const principals = all.flatMap((principal) => (isDirect(principal) ? [] : [principal]));
    return principals.length === 0 ? [] : [...new Set(lanes)].map((lane) => ({ lane, source, principals }));
  });
}

/** The bound sources, each with the unique IDs of its senders. An ingress queue proves its source without one. */
export function boundSenders({ producers }: PipelineSettings): Record<string, string[]> {
  return Object.fromEntries(
    producers.filter(isBound).map(({ source, principals }) => {
      const ids = principals.filter(isDirect).flatMap(({ senderId }) => senderId ?? []);
      return [source, [...new Set(ids)]];
    }),
  );
}

/** The sources that any sender may use that can reach their lane's queue, except other producers' senders. */
export const unboundSources = ({ producers }: PipelineSettings): string[] =>
  producers.filter((producer) => !isBound(producer)).map(({ source }) => source);

/** The roles and users of bound sources that have no `senderId`: their commands are held. */
export const heldPrincipals = ({ producers }: PipelineSettings): { source: string; arn: string }[] =>
  producers.filter(isBound).flatMap(({ source, principals }) =>
    principals
      .filter(isDirect)
      .filter(({ senderId }) => senderId === undefined)
      .map((principal) => ({ source, arn: arnOf(principal) })),
  );

/**
 * The `Sid` of a producer's statement in a queue policy. It may hold letters and digits only, so other characters and
 * `Z` are written as `Z` and two hexadecimal digits.
 */
export const policySid = (source: string) =>
  `Producer${source.replaceAll(/[^A-Ya-z0-9]/g, (sign) => `Z${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)}`;

/**
 * The `Sid` of the statement for a producer's roles and users. It changes with their unique IDs, so that a deployment with
 * a new one writes the policy again. AWS resolves a role when a policy is written. A role that is made anew later is another role.
 */
export function directSid({ source, principals }: Pick<ProducerSettings, 'source' | 'principals'>): string {
  const ids = principals.filter(isDirect).flatMap(({ senderId }) => senderId ?? []);
  if (ids.length === 0) return policySid(source);
  return `${policySid(source)}ZV${createHash('sha256').update(ids.join()).digest('hex').slice(0, 8)}`;
}

/** Whether a statement with this `Sid` is for the producer's roles and users, in this or another version. */
export const isDirectSid = (sid: string, source: string) => sid.replace(/ZV[0-9a-f]{8}$/, '') === policySid(source);
