import type { Deployment } from '../assembly/deployment.ts';
import { localCredentials } from '../endpoints.ts';
import { functionProperties } from '../lambda/function-configuration.ts';
import type { NoticeBoard } from '../notices.ts';
import { type Caller, type Callers, operator, sessionOf } from './caller.ts';
import { identityPolicies } from './policies.ts';
import type { PolicyCaller } from './policy-callers.ts';

/** The access key that a function's environments have. */
export function accessKeyOf(functionName: string): string {
  return `function-${functionName}`;
}

/** The callers of a deployment's functions and managed policies, and those that the local cloud was given. */
export function callersOf(
  deployment: Deployment,
  given: Callers,
  notices: NoticeBoard,
  people: readonly PolicyCaller[] = [],
): Callers {
  const policiesOf = identityPolicies(deployment, notices);
  const functions = deployment.resources('AWS::Lambda::Function').map((resource): [string, Caller] => {
    const { Role } = deployment.properties(resource, functionProperties);
    // CloudFormation refuses a function without a role. A test may leave it out.
    const caller = Role === undefined ? operator : sessionOf(Role, resource.name, policiesOf(Role));
    return [accessKeyOf(resource.name), caller];
  });
  const ofPolicies = people.map(({ accessKeyId, caller }): [string, Caller] => [accessKeyId, caller]);
  return {
    ...Object.fromEntries(ofPolicies),
    ...given,
    ...Object.fromEntries(functions),
    [localCredentials.accessKeyId]: operator,
  };
}
