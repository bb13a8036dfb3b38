import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { recordedFingerprint } from '../../lambdas/adapters/link-id-secret.ts';
import { Secret } from '../../lambdas/adapters/secret.ts';
import { fingerprintOf, OtherLinkIdSecretError } from '../../lambdas/domain/link/link-id-secret.ts';
import { OperatorError } from '../words/operator-error.ts';
import { askForPolicy, isDenied } from './service-error.ts';

/**
 * The link-ID secret, as the tools use it: held against the ledger's fingerprint, as the functions do. With another secret, each
 * link would seem to differ. The tools never record a fingerprint.
 */
export class LedgerSecret {
  readonly #arn: string;
  readonly #secret: Secret;
  readonly #recorded: () => Promise<unknown>;

  constructor(
    { secrets, dynamo }: { secrets: SecretsManagerClient; dynamo: DynamoDBClient },
    { arn, table }: { arn: string; table: string },
  ) {
    this.#arn = arn;
    this.#secret = new Secret(secrets, arn);
    this.#recorded = () => recordedFingerprint(dynamo, table);
  }

  /**
   * @throws OperatorError if the secret cannot be read, or if the ledger was written with another one
   * @throws Error if the ledger cannot be read
   */
  async value(): Promise<string> {
    const value = await this.#secret.value().catch((error: unknown) => {
      throw unreadableSecret(error);
    });
    const recorded = await this.#recorded();
    if (recorded === undefined || recorded === fingerprintOf(value)) return value;
    throw new OperatorError(new OtherLinkIdSecretError(this.#arn).message);
  }
}

/** The error for a secret that cannot be read. Its cause is the service's error. */
export function unreadableSecret(error: unknown): OperatorError {
  const words = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error ? error.cause : undefined;
  const needed = `${words.replace(/[.]?$/, '.')} Your role needs secretsmanager:GetSecretValue on it.`;
  return new OperatorError(isDenied(cause) ? `${needed} ${askForPolicy}` : needed, { cause });
}
