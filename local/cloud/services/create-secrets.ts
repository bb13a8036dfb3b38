import type { Deployment } from '../assembly/deployment.ts';
import { generateSecretString, secretProperties } from './secret-values.ts';
import type { SecretsManager } from './secrets-manager.ts';

/**
 * Creates the secrets of a deployment, with the given value, the template's value, or a generated value.
 * @param given by a secret's logical ID, construct path, name or description
 * @throws if a value is given for an unknown secret
 */
export function createSecrets(
  deployment: Deployment,
  secretsManager: SecretsManager,
  given: Readonly<Record<string, string>>,
): void {
  const unused = new Set(Object.keys(given));
  for (const resource of deployment.resources('AWS::SecretsManager::Secret')) {
    const properties = deployment.properties(resource, secretProperties);
    const { Description, SecretString, GenerateSecretString } = properties;
    const key = [resource.logicalId, resource.constructPath, resource.name, Description ?? ''].find(
      (candidate) => candidate in given,
    );
    if (key !== undefined) unused.delete(key);
    const made = SecretString ?? (GenerateSecretString && generateSecretString(GenerateSecretString));
    secretsManager.create(resource.name, resource.arn, Description, key === undefined ? made : given[key]);
  }
  if (unused.size > 0)
    throw new Error(`no secret has the logical ID, path, name or description ${[...unused].join(', ')}`);
}
