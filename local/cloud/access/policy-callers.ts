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
 * @throws with its place, for a policy that IAM finds too long
 */
export function policyCallers(deployment: Deployment): PolicyCaller[] {
  const policies = deployment.resources('AWS::IAM::ManagedPolicy');
  return policies.map((resource) => {
    const { PolicyDocument } = deployment.properties(resource, attachedPolicyProperties);
    const length = JSON.stringify(PolicyDocument).replaceAll(/\s/g, '').length;
    if (length > mostCharacters) {
      throw new Error(`${resource.where} (${resource.type}): ${length} characters, and IAM takes ${mostCharacters}`);
    }
    const isShared = policies.some((other) => other !== resource && nameOf(other) === nameOf(resource));
    const accessKeyId = `local-${isShared ? `${kebab(resource.stack)}-` : ''}${nameOf(resource)}`;
    const role = `arn:aws:iam::${localAccountId}:role/${accessKeyId}`;
    return { accessKeyId, caller: sessionOf(role, 'local', [PolicyDocument]) };
  });
}

function nameOf({ constructPath, logicalId }: Resource): string {
  // The CDK ends a logical ID with eight digits of a hash.
  const last = constructPath.split('/').at(-1) || logicalId.replace(/[0-9A-F]{8}$/, '');
  return kebab(last.replace(/Policy$/, ''));
}

function kebab(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}
