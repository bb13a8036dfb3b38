import type { Deployment, Resource } from '../assembly/deployment.ts';
import { localAccountId } from '../endpoints.ts';
import { type Caller, sessionOf } from './caller.ts';
import { attachedPolicyProperties } from './policies.ts';

/** Somebody who has one managed policy of the template, and nothing else. */
export interface PolicyCaller {
  /** `local-reader` */
  readonly accessKeyId: string;
  readonly caller: Caller;
}

/** The most characters of a managed policy, without white space (IAM user guide, "IAM and STS quotas"). */
const mostCharacters = 6_144;

/**
 * A caller for each managed policy of the templates: the session `local` of a role that has this policy. Its access key
 * follows from the last part of the construct's path, or from the logical ID: `local-campaign-owner-crm` for
 * `…/CampaignOwnerCrmPolicy`. Policies of several stacks with one name have the name of their stack before it.
 *
 * A policy that is too long for IAM has parts: `SupportPolicy`, `SupportPolicy2` and so on. Their caller has all of them.
 *
 * @throws with its place, for a policy that IAM finds too long
 */
export function policyCallers(deployment: Deployment): PolicyCaller[] {
  const policies = deployment.resources('AWS::IAM::ManagedPolicy');
  const firsts = policies.filter((one) => firstOf(one, policies) === one);
  return firsts.map((first) => {
    const parts = policies.filter((one) => firstOf(one, policies) === first);
    const isShared = firsts.some((other) => other !== first && keyOf(other) === keyOf(first));
    const accessKeyId = `local-${isShared ? `${kebab(first.stack)}-` : ''}${keyOf(first)}`;
    const role = `arn:aws:iam::${localAccountId}:role/${accessKeyId}`;
    const documents = parts.map((part) => documentOf(part, deployment));
    return { accessKeyId, caller: sessionOf(role, 'local', documents) };
  });
}

function documentOf(part: Resource, deployment: Deployment) {
  const { PolicyDocument } = deployment.properties(part, attachedPolicyProperties);
  const length = JSON.stringify(PolicyDocument).replaceAll(/\s/g, '').length;
  if (length <= mostCharacters) return PolicyDocument;
  throw new Error(`${part.where} (${part.type}): ${length} characters, and IAM takes ${mostCharacters}`);
}

/** The first part of the policy that this one belongs to: `SupportPolicy` for `SupportPolicy2`. */
function firstOf(part: Resource, policies: readonly Resource[]): Resource {
  const name = nameOf(part).replace(/(?<=Policy)\d+$/, '');
  return policies.find((one) => one.stack === part.stack && nameOf(one) === name) ?? part;
}

// The CDK ends a logical ID with eight digits of a hash.
const nameOf = ({ constructPath, logicalId }: Resource) =>
  constructPath.split('/').at(-1) || logicalId.replace(/[0-9A-F]{8}$/, '');

const keyOf = (policy: Resource) => kebab(nameOf(policy).replace(/Policy$/, ''));

function kebab(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}
