import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { ServiceError } from './wire.ts';

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

/** Secrets Manager: text secrets with their current and previous version, no rotation. */
export class SecretsManager {
  readonly #secrets: Secret[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Creates a secret. It has no value if the template gives neither a value nor rules, as in CloudFormation. */
  create(name: string, arn: string, description: string | undefined, value: string | undefined): void {
    const secret: Secret = { name, arn, description, current: undefined, previous: undefined };
    if (value !== undefined) this.#put(secret, value, randomUUID());
    this.#secrets.push(secret);
  }

  operate(action: string, input: Input): unknown {
    switch (action) {
      case 'GetSecretValue':
        return this.#get(this.#find(input), input);
      case 'PutSecretValue': {
        const secret = this.#find(input);
        if (input.SecretString === undefined) {
          throw new ServiceError(400, 'InvalidParameterException', 'only SecretString is implemented here');
        }
        const { id } = this.#put(secret, input.SecretString, input.ClientRequestToken ?? randomUUID());
        return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: ['AWSCURRENT'] };
      }
      case 'DescribeSecret':
        return describe(this.#find(input));
      case 'ListSecrets':
        return { SecretList: this.#secrets.map(describe) };
      default:
        throw new ServiceError(400, 'UnknownOperationException', `${action} is not implemented here`);
    }
  }

  #find({ SecretId }: Input): Secret {
    // By name, ARN, or the ARN without its six random characters.
    const secret = this.#secrets.find(({ name, arn }) => [name, arn, arn.slice(0, -7)].includes(SecretId ?? ''));
    if (secret) return secret;
    throw new ServiceError(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  #get(secret: Secret, { VersionStage, VersionId }: Input): unknown {
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

  #put(secret: Secret, value: string, id: string): Version {
    const version = { id, value, createdAtSeconds: this.#clock.now() / 1000 };
    secret.previous = secret.current;
    secret.current = version;
    return version;
  }
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
