import type { HttpRulesText } from '../../lambdas/http-api/env.ts';
import type { PipelineSettings } from './config-schema.ts';
import { httpProducersOf, signersOf } from './http.ts';
import { linkPoliciesOf } from './link-policies.ts';

/** What the HTTP API's function needs to know of a pipeline's settings. It is a file, because it may exceed an environment. */
export function httpRulesOf(settings: PipelineSettings): HttpRulesText {
  const uses = new Map(httpProducersOf(settings).map((one) => [one.source, one]));
  const producers = settings.producers.flatMap(({ source, templates, lanes, principals }) => {
    const use = uses.get(source);
    const defaultLane = lanes.find((name) => settings.lanes[name]?.windowSeconds === 0) ?? lanes[0];
    if (use === undefined || defaultLane === undefined) return [];
    const { keys, iam, requestsPerSecond } = use;
    const senders = iam ? [...new Set(signersOf({ principals }).flatMap(({ senderId }) => senderId ?? []))] : [];
    return [{ source, templates, lanes, defaultLane, keys, senders, requestsPerSecond }];
  });
  const templates = Object.entries(settings.templates).map(([id, { domain, brandDomains }]) => [
    id,
    { domain, brandDomains },
  ]);
  const derivingLanes = Object.entries(settings.lanes)
    .filter(([, { conflictPolicy = settings.conflictPolicy }]) => conflictPolicy === 'derive')
    .map(([name]) => name);
  return { producers, templates: Object.fromEntries(templates), policies: linkPoliciesOf(settings), derivingLanes };
}
