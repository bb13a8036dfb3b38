import type { LinkPolicies } from '../../lambdas/link-worker/env.ts';
import type { PipelineSettings } from './config-schema.ts';

/** The policies of a pipeline's templates and producers. */
export function linkPoliciesOf({
  templates,
  producers,
}: Pick<PipelineSettings, 'templates' | 'producers'>): LinkPolicies {
  const byTemplate = Object.entries(templates).map(([id, { policy }]) => ({ name: id, policy }));
  const bySource = producers.map(({ source, policy }) => ({ name: source, policy }));
  const given = (all: typeof byTemplate) =>
    Object.fromEntries(all.flatMap(({ name, policy }) => (policy === undefined ? [] : [[name, policy]])));
  return { templates: given(byTemplate), producers: given(bySource) };
}
