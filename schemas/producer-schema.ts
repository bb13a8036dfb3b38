import type { ApiContract } from '../lambdas/domain/contract/command.ts';
import { appAddressParameter, webAddressParameters } from '../lambdas/domain/policy/destination.ts';
import type { LinkPolicies, LinkPolicy } from '../lambdas/domain/policy/link-policy.ts';
import { harmfulSchemes } from '../lambdas/domain/policy/schemes.ts';
import { commandJsonSchema, type Schema } from './command-schema.ts';
import { portablePattern } from './portable-pattern.ts';

/** What the schema of one producer's commands is made from. */
export interface ProducerRules {
  source: string;
  templates: readonly string[];
  policies: LinkPolicies;
  contract: ApiContract;
}

/**
 * The JSON Schema of one producer's commands: the contract, the producer's templates, and the policies that are enforced.
 * It does not check all that the worker checks: docs/governance.md lists the rest. `onelink plan` checks that.
 */
export function producerJsonSchema({ source, templates, policies, contract }: ProducerRules): Schema {
  const base = commandJsonSchema(contract);
  const ofTemplates = templates.flatMap((id): Schema[] => {
    const policy = policies.templates[id];
    if (policy?.mode !== 'enforce') return [];
    const isOfTemplate: Schema = { properties: { onelinkId: { const: id } }, required: ['onelinkId'] };
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    return [{ if: isOfTemplate, then: { properties: { data: dataRules(policy) } } }];
  });
  const own = policies.producers[source];
  return {
    ...base,
    $id: `${base.$id}:${source}`,
    title: `${base.title} of ${source}`,
    allOf: [
      { properties: { source: { const: source }, onelinkId: { enum: [...templates] } } },
      ...(own?.mode === 'enforce' ? [{ properties: { data: dataRules(own) } }] : []),
      ...ofTemplates,
    ],
  };
}

function dataRules({ mandatory = [], forbidden = [], allowed = {}, hosts, hostsOf = {}, schemes }: LinkPolicy): Schema {
  const rules = new Map<string, Schema[]>();
  const add = (name: string, ...schemas: Schema[]) => rules.set(name, [...(rules.get(name) ?? []), ...schemas]);
  for (const name of mandatory) add(name, { minLength: 1 });
  for (const [name, patterns] of Object.entries(allowed)) {
    add(name, { pattern: `^(?:${patterns.map(patternOf).join('|')})$` });
  }
  for (const name of webAddressParameters) {
    const ofName = hostsOf[name] ?? hosts;
    if (ofName !== undefined) add(name, { pattern: hostPattern(ofName) });
  }
  add(appAddressParameter, { not: { pattern: schemePattern(harmfulSchemes) } });
  if (schemes !== undefined) add(appAddressParameter, { pattern: schemePattern([...schemes, 'https?']) });
  return {
    ...(mandatory.length > 0 && { required: [...mandatory] }),
    ...(rules.size > 0 && {
      properties: Object.fromEntries(
        [...rules].map(([name, all]) => [name, all.length === 1 ? all[0] : { allOf: all }]),
      ),
    }),
    ...(forbidden.length > 0 && {
      propertyNames: { not: { pattern: anyCase(`^(?:${forbidden.map(escaped).join('|')})$`) } },
    }),
  } as Schema;
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const patternOf = (pattern: string) => pattern.split('*').map(escaped).join('[\\s\\S]*');
const anyCase = (pattern: string) => portablePattern(new RegExp(pattern, 'i'));

function hostPattern(hosts: readonly string[]): string {
  // No host has one of these, so a wildcard cannot reach beyond the host.
  const one = (host: string) => (host.startsWith('*.') ? `[^@:/?#%]+${escaped(host.slice(1))}` : escaped(host));
  return anyCase(`^https?:\\/\\/(?:${hosts.map(one).join('|')})(?::443)?(?:[/?]|$)`);
}

const schemePattern = (schemes: readonly string[]) => anyCase(`^(?:${schemes.join('|')}):`);
