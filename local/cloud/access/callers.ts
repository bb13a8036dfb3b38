import type { Deployment } from '../assembly/deployment.ts';
import { localCredentials } from '../endpoints.ts';
import { functionProperties } from '../lambda/function-configuration.ts';
import { type Callers, operator, sessionOf } from './caller.ts';

/** The access key that a function's environments have. */
export function accessKeyOf(functionName: string): string {
  return `function-${functionName}`;
}

/** The callers of a deployment's functions, and those that the local cloud was given. */
export function callersOf(deployment: Deployment, given: Callers): Callers {
  const functions = deployment.resources('AWS::Lambda::Function').map((resource) => {
    const { Role } = deployment.properties(resource, functionProperties);
    const caller = Role === undefined ? operator : sessionOf(Role, resource.name);
    return [accessKeyOf(resource.name), caller] as const;
  });
  return { ...given, ...Object.fromEntries(functions), [localCredentials.accessKeyId]: operator };
}
