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

const escaped = (sign: string) => `Z${sign.charCodeAt(0).toString(16).padStart(2, '0')}`;

/**
 * The `Sid` of a producer's statement in a queue policy. It may hold letters and digits only, so other characters and
 * `Z` are written as `Z` and two hexadecimal digits.
 */
export const policySid = (source: string) => `Producer${source.replaceAll(/[^A-Ya-z0-9]/g, escaped)}`;

/**
 * A source in the spelling of outputs and constructs: `Crm` for `crm`. They hold letters and digits only. All others, `Z`
 * and a first character outside `a`–`y` are written as `Z` and two hexadecimal digits.
 */
export function outputPart(source: string): string {
  const first = source.charAt(0);
  const begin = /[a-y]/.test(first) ? first.toUpperCase() : escaped(first);
  return begin + source.slice(1).replaceAll(/[^A-Ya-z0-9]/g, escaped);
}

/** The source that {@link outputPart} has spelt. */
export function sourceOfPart(part: string): string {
  const begin = part.startsWith('Z') ? part : part.charAt(0).toLowerCase() + part.slice(1);
  return begin.replaceAll(/Z([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
