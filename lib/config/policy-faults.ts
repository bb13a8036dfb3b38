import {
  canonicalName,
  forbiddenParameters,
  hostsOverlap,
  patternsOverlap,
  webAddressParameters,
} from '../../lambdas/domain/policy/names.ts';
import type { AccountSettings, PipelineSettings } from './config-schema.ts';
import { got } from './shape-faults.ts';

type Policy = NonNullable<PipelineSettings['producers'][number]['policy']>;
type Fault = [path: string, message: string];

/** A policy, and its path in its pipeline's settings: `templates.A1b3.policy`. */
interface Placed {
  readonly at: string;
  readonly policy: Policy;
}

/** The policies that no link can keep: alone, or a producer's together with one of its templates'. */
export function policyFaults({ producers, templates }: PipelineSettings, { maxTtlDays }: AccountSettings): Fault[] {
  const ofTemplates = Object.entries(templates).flatMap(([id, { policy }]) => placed(`templates.${id}`, policy));
  const ofProducers = producers.flatMap(({ policy }, index) => placed(`producers[${index}]`, policy));
  const alone = [...ofProducers, ...ofTemplates].flatMap((one) => faultsAlone(one, maxTtlDays));
  const together = producers.flatMap((producer, index) =>
    placed(`producers[${index}]`, producer.policy).flatMap((one) =>
      ofTemplates
        .filter(({ at }) => producer.templates.some((id) => at === `templates.${id}.policy`))
        // A policy that only warns makes no link impossible.
        .filter(({ policy }) => policy.mode === 'enforce' && one.policy.mode === 'enforce')
        .flatMap((other) => faultsTogether(one, other)),
    ),
  );
  return [...alone, ...together];
}

const placed = (at: string, policy: Policy | undefined): Placed[] =>
  policy === undefined ? [] : [{ at: `${at}.policy`, policy }];
const holds = (names: readonly string[] | undefined, name: string) =>
  names?.some((one) => canonicalName(one) === canonicalName(name)) ?? false;
const eachOf = (names: readonly string[] | undefined, part: string) =>
  (names ?? []).map((name, index) => ({ name, path: `${part}[${index}]`, value: name as unknown }));
const keysOf = (of: Record<string, unknown> | undefined, part: string) =>
  Object.entries(of ?? {}).map(([name, value]) => ({ name, path: `${part}.${name}`, value }));

/** The contract of commands refuses these names, control characters in a name, and a link without `pid`. */
const cannotBe = (name: string) => forbiddenParameters.has(name) || name === '__proto__' || /\p{Cc}/u.test(name);

function faultsAlone({ at, policy }: Placed, maxTtlDays: number): Fault[] {
  const faults: Fault[] = [];
  const used = [
    ...eachOf(policy.mandatory, 'mandatory'),
    ...keysOf(policy.allowed, 'allowed'),
    ...keysOf(policy.hostsOf, 'hostsOf'),
  ];
  for (const { name, path, value } of used) {
    if (cannotBe(name)) {
      faults.push([`${at}.${path}`, `must be a parameter that a link's data can have: take it out; ${got(value)}`]);
    }
    if (holds(policy.forbidden, name)) {
      faults.push([`${at}.${path}`, `must not be forbidden as well: take it out of one of them; ${got(value)}`]);
    }
  }
  for (const { name, path } of eachOf(policy.forbidden, 'forbidden')) {
    if (canonicalName(name) === 'pid') {
      faults.push([`${at}.${path}`, `must not be pid, which each link has: list its values in allowed; ${got(name)}`]);
    }
  }
  for (const { name, path } of eachOf(policy.mandatory, 'mandatory')) {
    if (isWebAddress(name) && hostsFor(policy, name)?.length === 0) {
      faults.push([`${at}.${path}`, `must have an allowed host: add one, or take it out; ${got(name)}`]);
    }
  }
  const { least, most = Number.POSITIVE_INFINITY } = policy.ttlHours ?? {};
  const longest = Math.min(most, maxTtlDays * 24);
  if (least !== undefined && least > longest) {
    faults.push([`${at}.ttlHours.least`, `must be at most ${longest}; ${got(least)}`]);
  }
  return faults;
}

const isWebAddress = (name: string) => webAddressParameters.some((one) => one === canonicalName(name));
const hostsFor = ({ hosts, hostsOf = {} }: Policy, name: string): readonly string[] | undefined =>
  Object.entries(hostsOf).find(([one]) => canonicalName(one) === canonicalName(name))?.[1] ?? hosts;

/** Whether two lists exclude each other. A list that is left out allows everything, and an empty one allows nothing. */
function exclude<Value>(
  one: readonly Value[] | undefined,
  other: readonly Value[] | undefined,
  overlap: (one: Value, other: Value) => boolean,
): boolean {
  if (one === undefined || other === undefined) return (one ?? other)?.length === 0;
  return !one.some((each) => other.some((another) => overlap(each, another)));
}

function faultsTogether(one: Placed, other: Placed): Fault[] {
  return [
    ...forbiddenByOther(one, other),
    ...forbiddenByOther(other, one),
    ...hostFaults(one, other),
    ...valueFaults(one, other),
    ...schemeFaults(one, other),
    ...ttlFaults(one, other),
  ];
}

function forbiddenByOther({ at, policy }: Placed, other: Placed): Fault[] {
  return eachOf(policy.mandatory, 'mandatory')
    .filter(({ name }) => holds(other.policy.forbidden, name))
    .map(({ name, path }) => [
      `${at}.${path}`,
      `must not be forbidden by ${other.at}, because both apply: take it out of one of them; ${got(name)}`,
    ]);
}

function hostFaults(one: Placed, other: Placed): Fault[] {
  const [hosts, otherHosts] = [one.policy.hosts, other.policy.hosts];
  const isMandatory = (name: string) => holds(one.policy.mandatory, name) || holds(other.policy.mandatory, name);
  const must = (what: string) => `must allow ${what} that ${other.at} allows, because both apply: add one`;
  // A policy without any host may be meant. A policy with hosts that lead nowhere is not.
  const areApart = !!hosts?.length && !!otherHosts?.length && exclude(hosts, otherHosts, hostsOverlap);
  const names = new Set([
    ...Object.keys(one.policy.hostsOf ?? {}),
    ...Object.keys(other.policy.hostsOf ?? {}),
    ...webAddressParameters.filter(isMandatory),
  ]);
  const ofNames = [...names].flatMap((name): Fault[] => {
    const [own, others] = [hostsFor(one.policy, name), hostsFor(other.policy, name)];
    const isSame = own === hosts && others === otherHosts;
    if ((areApart && isSame) || !exclude(own, others, hostsOverlap)) return [];
    // Alone, this policy has the fault already.
    if (own?.length === 0 && holds(one.policy.mandatory, name)) return [];
    if (others?.length === 0 && holds(other.policy.mandatory, name)) return [];
    const isMeant = (own?.length === 0 || others?.length === 0) && !isMandatory(name);
    const part = own === hosts ? 'hosts' : `hostsOf.${name}`;
    return isMeant ? [] : [[`${one.at}.${part}`, `${must(`a host for ${name}`)}; ${got(own)}`]];
  });
  return [...(areApart ? [[`${one.at}.hosts`, `${must('a host')}; ${got(hosts)}`] as Fault] : []), ...ofNames];
}

function valueFaults(one: Placed, other: Placed): Fault[] {
  return keysOf(one.policy.allowed, 'allowed').flatMap(({ name, path }): Fault[] => {
    const own = one.policy.allowed?.[name];
    const [, others] =
      Object.entries(other.policy.allowed ?? {}).find(([key]) => canonicalName(key) === canonicalName(name)) ?? [];
    if (others === undefined || !exclude(own, others, patternsOverlap)) return [];
    return [
      [`${one.at}.${path}`, `must allow a value that ${other.at} allows, because both apply: add one; ${got(own)}`],
    ];
  });
}

function schemeFaults(one: Placed, other: Placed): Fault[] {
  const [own, others] = [one.policy.schemes, other.policy.schemes];
  if (!own?.length || !others?.length || !exclude(own, others, Object.is)) return [];
  return [
    [`${one.at}.schemes`, `must allow a scheme that ${other.at} allows, because both apply: add one; ${got(own)}`],
  ];
}

function ttlFaults(one: Placed, other: Placed): Fault[] {
  const { least = 0, most = Number.POSITIVE_INFINITY } = one.policy.ttlHours ?? {};
  const { least: otherLeast = 0, most: otherMost = Number.POSITIVE_INFINITY } = other.policy.ttlHours ?? {};
  const must = (part: 'least' | 'most', rule: string, hours: number): Fault => [
    `${one.at}.ttlHours.${part}`,
    `must be ${rule} as in ${other.at}, because both apply; ${got(hours)}`,
  ];
  if (least > otherMost) return [must('least', `at most ${otherMost}`, least)];
  return most < otherLeast ? [must('most', `at least ${otherLeast}`, most)] : [];
}
