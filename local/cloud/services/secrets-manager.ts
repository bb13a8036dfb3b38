import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Deployment } from '../assembly/deployment.ts';
import type { Clock } from '../clock.ts';
import { generateSecretString, secretProperties } from './secret-values.ts';
import { SecretVersions } from './secret-versions.ts';
import { type JsonService, operation, ServiceError } from './wire.ts';

interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly versions: SecretVersions;
}

/** The most bytes of a secret's value (Secrets Manager user guide, "Quotas"). */
const mostBytes = 65_536;

const secretId = z.string().min(1).max(2_048);
const versionId = z.string().min(32).max(64);
const label = z.string().min(1).max(256);
const value = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= mostBytes, 'more than 65,536 bytes');

/** The inputs that are implemented, with the lengths of the API reference. */
const inputs = {
  get: z.strictObject({ SecretId: secretId, VersionId: versionId.optional(), VersionStage: label.optional() }),
  put: z.strictObject({
    SecretId: secretId,
    SecretString: value,
    ClientRequestToken: versionId.optional(),
    VersionStages: z.array(label).min(1).max(20).optional(),
  }),
  move: z.strictObject({
    SecretId: secretId,
    VersionStage: label,
    MoveToVersionId: versionId.optional(),
    RemoveFromVersionId: versionId.optional(),
  }),
  describe: z.strictObject({ SecretId: secretId }),
};

/**
 * Secrets Manager: the text secrets of a deployment with their versions and staging labels, no rotation. A secret begins
 * with the given value, the template's value, or a generated value. Without any of them it has no value, as in
 * CloudFormation.
 * @param given by a secret's logical ID, construct path, name or description
 * @throws if a value is given for an unknown secret
 */
export function secretsManager(
  deployment: Deployment,
  clock: Clock,
  given: Readonly<Record<string, string>>,
): JsonService {
  const unused = new Set(Object.keys(given));
  const secrets = deployment.resources('AWS::SecretsManager::Secret').map((resource) => {
    const { name, arn, logicalId, constructPath } = resource;
    const { Description, SecretString, GenerateSecretString } = deployment.properties(resource, secretProperties);
    const key = [logicalId, constructPath, name, Description ?? ''].find((candidate) => candidate in given);
    if (key !== undefined) unused.delete(key);
    const made = SecretString ?? (GenerateSecretString && generateSecretString(GenerateSecretString));
    const first = key === undefined ? made : given[key];
    const secret: Secret = { name, arn, description: Description, versions: new SecretVersions() };
    if (first !== undefined) secret.versions.add(version(randomUUID(), first), undefined);
    return secret;
  });
  if (unused.size > 0)
    throw new Error(`no secret has the logical ID, path, name or description ${[...unused].join(', ')}`);

  function version(id: string, text: string) {
    return { id, value: text, createdAtMilliseconds: clock.now() };
  }
  const find = (sought: string): Secret => {
    // By name, ARN, or the ARN without its six random characters.
    const secret = secrets.find(({ name, arn }) => [name, arn, arn.slice(0, -7)].includes(sought));
    if (secret) return secret;
    throw new ServiceError(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  };
  const refusal = 'InvalidParameterException';
  return {
    GetSecretValue: operation(inputs.get, refusal, ({ SecretId, VersionId, VersionStage }) => {
      const { arn, name, versions } = find(SecretId);
      const found = versions.find({ id: VersionId, label: VersionStage });
      return {
        ARN: arn,
        Name: name,
        SecretString: found.value,
        VersionId: found.id,
        VersionStages: versions.labelsOf(found.id),
        CreatedDate: found.createdAtMilliseconds / 1000,
      };
    }),
    PutSecretValue: operation(inputs.put, refusal, (input) => {
      const { arn, name, versions } = find(input.SecretId);
      const id = input.ClientRequestToken ?? randomUUID();
      versions.add(version(id, input.SecretString), input.VersionStages);
      return { ARN: arn, Name: name, VersionId: id, VersionStages: versions.labelsOf(id) };
    }),
    UpdateSecretVersionStage: operation(inputs.move, refusal, (input) => {
      const { arn, name, versions } = find(input.SecretId);
      versions.move({ label: input.VersionStage, to: input.MoveToVersionId, from: input.RemoveFromVersionId });
      return { ARN: arn, Name: name };
    }),
    DescribeSecret: operation(inputs.describe, refusal, ({ SecretId }) => describe(find(SecretId))),
    ListSecrets: () => ({ SecretList: secrets.map(describe) }),
  };
}

function describe({ arn, name, description, versions }: Secret): unknown {
  return { ARN: arn, Name: name, Description: description, VersionIdsToStages: versions.labelled };
}
