import * as z from 'zod';
import type { Action } from '../contract/command.ts';
import { type Fault, offered } from '../contract/fault.ts';
import { isObject } from '../contract/json-object.ts';
import { isScalar } from '../contract/link-data.ts';
import { defaultTtlSeconds, ttlSeconds } from '../contract/ttl.ts';
import { destinationOf, isAllowedHost, mayHarm } from './destination.ts';
import { canonicalName } from './parameter-name.ts';
import { matches } from './pattern.ts';
import { harmfulSchemes } from './schemes.ts';

const names = z.array(z.string());

/** What links may hold and where they may lead. A template and a producer may each have one, and both apply. */
export const linkPolicySchema = z.strictObject({
  /** `enforce` rejects a command that breaks the policy. `warn` carries it out, logs the rule and counts it. */
  mode: z.enum(['enforce', 'warn']),
  /** Parameters that each link must have, under exactly this name. */
  mandatory: names.optional(),
  /** Parameters that no link may have, in any case and any disguise: see `canonicalName`. */
  forbidden: names.optional(),
  /** The values that a parameter may have, if it is there. `*` stands for any characters. */
  allowed: z.record(z.string(), names).optional(),
  /** The hosts to which the URLs of a link may lead, in any parameter: see `isAllowedHost`. */
  hosts: names.optional(),
  /** The hosts for one parameter, instead of `hosts`. */
  hostsOf: z.record(z.string(), names).optional(),
  /** The schemes of apps that a link may open. */
  schemes: names.optional(),
  /** The shortest and the longest TTL. `most` also bounds `keepUntil`. */
  ttlHours: z.strictObject({ least: z.number().optional(), most: z.number().optional() }).optional(),
});
export type LinkPolicy = z.infer<typeof linkPolicySchema>;

/** The policies of one pipeline, by template ID and by source. */
export const linkPoliciesSchema = z.strictObject({
  templates: z.record(z.string(), linkPolicySchema),
  producers: z.record(z.string(), linkPolicySchema),
});
export type LinkPolicies = z.infer<typeof linkPoliciesSchema>;

/** What a command breaks. `warnings` are the faults of policies that only warn. */
export interface PolicyFindings {
  faults: Fault[];
  warnings: Fault[];
}

/**
 * Makes the check of a command against the policies of its template and its source.
 *
 * @returns a function of the raw command and its sent time (epoch milliseconds). It needs no valid command, so that its
 *   faults are returned together with the contract's.
 */
export function policyChecker(policies: LinkPolicies) {
  const policyOf = (of: Record<string, LinkPolicy>, name: unknown) =>
    typeof name === 'string' && Object.hasOwn(of, name) ? of[name] : undefined;
  return (raw: Record<string, unknown>, sentAtMilliseconds: number): PolicyFindings => {
    const findings: PolicyFindings = { faults: [], warnings: [] };
    if (!checkedActions.has(raw.action)) return findings;
    for (const policy of [policyOf(policies.templates, raw.onelinkId), policyOf(policies.producers, raw.source)]) {
      if (policy === undefined) continue;
      const found = [
        ...(isObject(raw.data) ? dataPolicyFaults(raw.data, policy) : []),
        ...ttlPolicyFaults(raw, policy, sentAtMilliseconds),
      ];
      findings[policy.mode === 'warn' ? 'warnings' : 'faults'].push(...found);
    }
    return findings;
  };
}

/**
 * The faults of a link that exists: its data, and its TTL if the API shows it.
 *
 * @param data values as the API returns them
 */
export function existingLinkFaults(
  { data, ttlSeconds }: { data: Record<string, unknown>; ttlSeconds?: number },
  policy: LinkPolicy,
): Fault[] {
  const isOutside = ttlSeconds !== undefined && outsideTtl(ttlSeconds, policy);
  return [
    ...dataPolicyFaults(data, policy),
    ...(isOutside ? [{ path: 'ttl', rule: 'policy-ttl', message: 'is outside the policy' }] : []),
  ];
}

/** The actions that decide what a link holds, or whether the pipeline takes it over. */
const checkedActions: ReadonlySet<unknown> = new Set<Action>(['create', 'update', 'adopt', 'migrate']);

function dataPolicyFaults(data: Record<string, unknown>, policy: LinkPolicy): Fault[] {
  const faults: Fault[] = [];
  const fault = (name: string, rule: string, message: string) => faults.push({ path: `data.${name}`, rule, message });
  for (const name of policy.mandatory ?? []) {
    if (!Object.hasOwn(data, name) || data[name] === '') fault(name, 'policy-mandatory', 'is mandatory by policy');
  }
  const forbidden = new Set(policy.forbidden?.map(canonicalName));
  const [allowed, hostsOf] = [byName(policy.allowed), byName(policy.hostsOf)];
  for (const [name, value] of Object.entries(data)) {
    const canonical = canonicalName(name);
    if (canonical === undefined)
      fault(name, 'policy-forbidden', 'is encoded too often to tell its name: write it plainly');
    else if (forbidden.has(canonical)) fault(name, 'policy-forbidden', 'is forbidden by policy: leave it out');
    // The contract refuses other values.
    if (!isScalar(value)) continue;
    const [text, patterns] = [String(value), allowed.get(canonical)];
    if (patterns !== undefined && !patterns.some((pattern) => matches(text, pattern))) {
      fault(name, 'policy-value', `has a value that the policy does not allow${offered(patterns)}`);
    }
    const problem = destinationProblem(canonical ?? name, text, hostsOf.get(canonical) ?? policy.hosts, policy.schemes);
    if (problem !== undefined) fault(name, ...problem);
  }
  return faults;
}

const byName = (of: Record<string, string[]> = {}) =>
  new Map(Object.entries(of).map(([name, values]) => [canonicalName(name), values]));

function destinationProblem(
  name: string,
  text: string,
  hosts: readonly string[] | undefined,
  schemes: readonly string[] | undefined,
): [rule: string, message: string] | undefined {
  if (hosts === undefined && schemes === undefined && !mayHarm(text)) return undefined;
  const to = destinationOf(name, text);
  if (to.kind === 'unclear') return ['policy-url', `leads somewhere unclear: the URL ${to.why}`];
  if (to.kind === 'web' && hosts !== undefined && !isAllowedHost(to.host, hosts)) {
    return ['policy-host', `leads to a host that the policy does not allow${offered(hosts)}`];
  }
  if (to.kind !== 'app') return undefined;
  const isHarmful = harmfulSchemes.includes(to.scheme);
  const isAllowed = !isHarmful && (schemes === undefined || schemes.includes(to.scheme));
  return isAllowed
    ? undefined
    : ['policy-scheme', `has a scheme that the policy does not allow${offered(schemes ?? [])}`];
}

function outsideTtl(
  seconds: number,
  { ttlHours: { least = 0, most = Number.POSITIVE_INFINITY } = {} }: Pick<LinkPolicy, 'ttlHours'>,
) {
  return seconds < least * 3_600 || seconds > most * 3_600;
}

function ttlPolicyFaults(
  { action, ttl, keepUntil }: Record<string, unknown>,
  { ttlHours }: LinkPolicy,
  sentAtMilliseconds: number,
): Fault[] {
  if (ttlHours === undefined) return [];
  const { least = 0, most = Number.POSITIVE_INFINITY } = ttlHours;
  const faults: Fault[] = [];
  const written = typeof ttl === 'string' || typeof ttl === 'number';
  // An update without a TTL keeps the link's own, which was checked when it was set.
  const unset = ttl === undefined && action === 'create' ? defaultTtlSeconds : undefined;
  const seconds = written ? ttlSeconds(ttl, Number.MAX_SAFE_INTEGER) : unset;
  if (seconds !== undefined && outsideTtl(seconds, { ttlHours })) {
    const bounds = [ttlHours.least && `at least ${least} hours`, ttlHours.most && `at most ${most} hours`];
    const message = `must be ${bounds.filter(Boolean).join(' and ')} by policy`;
    faults.push({
      path: 'ttl',
      rule: 'policy-ttl',
      message: written ? message : `${message}; without it, it is 31 days`,
    });
  }
  const keptUntil = typeof keepUntil === 'string' ? Date.parse(keepUntil) : Number.NaN;
  if (keptUntil > sentAtMilliseconds + most * 3_600_000) {
    const message = `must be at most ${most} hours after the time the message was sent, by policy`;
    faults.push({ path: 'keepUntil', rule: 'policy-ttl', message });
  }
  return faults;
}
