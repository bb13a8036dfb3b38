import { randomUUID } from 'node:crypto';
import type { Deployment } from '../assembly/deployment.ts';
import type { Clock } from '../clock.ts';
import { generateSecretString, secretProperties } from './secret-values.ts';
import { type JsonService, ServiceError } from './wire.ts';

interface Version {
  readonly id: string;
  readonly value: string;
  readonly createdAtSeconds: number;
}

interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  current: Version | undefined;
  previous: Version | undefined;
}

interface Input {
  SecretId?: string;
  SecretString?: string;
  VersionStage?: string;
  VersionId?: string;
  ClientRequestToken?: string;
}

/**
 * Secrets Manager: the text secrets of a deployment with their current and previous version, no rotation. A secret
 * begins with the given value, the template's value, or a generated value. Without any of them it has no value, as in
 * CloudFormation.
 * @param given by a secret's logical ID, construct path, name or description
 * @throws if a value is given for an unknown secret
 */
export function secretsManager(
  deployment: Deployment,
  clock: Clock,
  given: Readonly<Record<string, string>>,
): JsonService {
  const put = (secret: Secret, value: string, id: string): void => {
    secret.previous = secret.current;
    secret.current = { id, value, createdAtSeconds: clock.now() / 1000 };
  };
  const unused = new Set(Object.keys(given));
  const secrets = deployment.resources('AWS::SecretsManager::Secret').map((resource) => {
    const { name, arn, logicalId, constructPath } = resource;
    const { Description, SecretString, GenerateSecretString } = deployment.properties(resource, secretProperties);
    const key = [logicalId, constructPath, name, Description ?? ''].find((candidate) => candidate in given);
    if (key !== undefined) unused.delete(key);
    const made = SecretString ?? (GenerateSecretString && generateSecretString(GenerateSecretString));
    const value = key === undefined ? made : given[key];
    const secret: Secret = { name, arn, description: Description, current: undefined, previous: undefined };
    if (value !== undefined) put(secret, value, randomUUID());
    return secret;
  });
  if (unused.size > 0)
    throw new Error(`no secret has the logical ID, path, name or description ${[...unused].join(', ')}`);

  const find = (input: unknown): Secret => {
    const { SecretId = '' } = input as Input;
    // By name, ARN, or the ARN without its six random characters.
    const secret = secrets.find(({ name, arn }) => [name, arn, arn.slice(0, -7)].includes(SecretId));
    if (secret) return secret;
    throw new ServiceError(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  };
  return {
    GetSecretValue: (input) => secretValue(find(input), input as Input),
    PutSecretValue: (input) => {
      const secret = find(input);
      const { SecretString, ClientRequestToken: id = randomUUID() } = input as Input;
      if (SecretString === undefined) {
        throw new ServiceError(400, 'InvalidParameterException', 'only SecretString is implemented here');
      }
      put(secret, SecretString, id);
      return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: ['AWSCURRENT'] };
    },
    DescribeSecret: (input) => describe(find(input)),
    ListSecrets: () => ({ SecretList: secrets.map(describe) }),
  };
}

function secretValue(secret: Secret, { VersionStage, VersionId }: Input): unknown {
  const version =
    VersionId === undefined
      ? VersionStage === 'AWSPREVIOUS'
        ? secret.previous
        : secret.current
      : [secret.current, secret.previous].find((candidate) => candidate?.id === VersionId);
  if (!version) {
    const sought = VersionId ?? `staging label: ${VersionStage ?? 'AWSCURRENT'}`;
    throw new ServiceError(
      400,
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${sought}`,
    );
  }
  return {
    ARN: secret.arn,
    Name: secret.name,
    SecretString: version.value,
    VersionId: version.id,
    VersionStages: [version === secret.current ? 'AWSCURRENT' : 'AWSPREVIOUS'],
    CreatedDate: version.createdAtSeconds,
  };
}

function describe({ arn, name, description, current, previous }: Secret): unknown {
  return {
    ARN: arn,
    Name: name,
    Description: description,
    VersionIdsToStages: {
      ...(current && { [current.id]: ['AWSCURRENT'] }),
      ...(previous && { [previous.id]: ['AWSPREVIOUS'] }),
    },
  };
}
