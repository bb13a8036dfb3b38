import { parameterRules } from '../../../lambdas/domain/contract/link-data.ts';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { existingLinkFaults, type LinkPolicies, type LinkPolicy } from '../../../lambdas/domain/policy/link-policy.ts';
import { find, type LinkCheckPorts } from '../../pipeline/links/link-check.ts';
import { n } from '../../words/words.ts';

/** A rule that a link breaks. `parameter` is a name that the API or the policy publishes; others are confidential. */
export interface BrokenRule {
  rule: string;
  parameter: string;
  /** `warn` if the rule's policy only warns: a command that breaks it is carried out. */
  mode: LinkPolicy['mode'];
}

/** What the policies of its template and its source say of a link. */
export type PolicyResult =
  | { result: 'kept' }
  | { result: 'broken'; record: Pick<LinkRecord, 'source' | 'requestId'>; broken: BrokenRule[] }
  /** It ended after the scan, or the API does not have it. `onelink verify` compares ledger and API. */
  | { result: 'gone' }
  | { result: 'unread' };

/**
 * Holds one link against today's policies, by a GET. A policy that only warns counts as well.
 *
 * @throws OperatorError if the API refuses the account
 */
export async function checkPolicy(
  address: LinkAddress,
  policies: LinkPolicies,
  ports: Pick<LinkCheckPorts, 'ledger' | 'api' | 'clock'>,
): Promise<PolicyResult> {
  const record = await ports.ledger.link(address);
  if (record === undefined) return { result: 'gone' };
  const applying = [policies.templates[address.onelinkId], policies.producers[record.source]].filter(
    (policy) => policy !== undefined,
  );
  if (applying.length === 0) return { result: 'kept' };
  const found = await find(address, ports);
  if (found === undefined) return { result: 'unread' };
  if (found === 'absent' || found === 'foreign') return { result: 'gone' };
  // A rule of both policies counts as enforced, if one of them is.
  const broken = applying
    .toSorted((one, other) => other.mode.localeCompare(one.mode))
    .flatMap((policy) =>
      existingLinkFaults(found, policy).map(
        ({ path, rule }): BrokenRule => ({ rule, parameter: publicName(path, policy), mode: policy.mode }),
      ),
    );
  const different = new Map(broken.map((one) => [`${one.parameter} ${one.rule}`, one]));
  return different.size === 0 ? { result: 'kept' } : { result: 'broken', record, broken: [...different.values()] };
}

/** `af_r [policy-host]`, and whether the rule's policy only warns. */
export const brokenWords = ({ rule, parameter, mode }: BrokenRule) =>
  `${parameter} [${rule}]${mode === 'warn' ? ' (only warns)' : ''}`;

/** How many links were read, and whether they are a sample. */
export function readWords(checked: number, links: number, sample: number | undefined): string {
  return sample === undefined || checked === links
    ? `of ${n(links)} links`
    : `a random sample of ${n(checked)} of ${n(links)} links; --all reads every link`;
}

/** A parameter's name, if it shows nothing of a producer's data. */
function publicName(path: string, { mandatory = [], forbidden = [], allowed = {}, hostsOf = {} }: LinkPolicy): string {
  const name = path.replace(/^data\./, '');
  const named = [
    'ttl',
    ...mandatory,
    ...forbidden,
    ...Object.keys(allowed),
    ...Object.keys(hostsOf),
    'deep_link_value',
  ];
  const isPublic = Object.hasOwn(parameterRules, name) || named.includes(name);
  return isPublic ? name : 'a parameter of the producer’s own';
}
