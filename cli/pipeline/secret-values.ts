import type { Secret } from '../../lambdas/adapters/secret.ts';
import { OperatorError } from '../operator-error.ts';

/** @throws OperatorError if one of them cannot be read */
export async function valuesOf<Secrets extends Secret[]>(
  ...secrets: Secrets
): Promise<{ [Index in keyof Secrets]: string }> {
  try {
    const values = await Promise.all(secrets.map((secret) => secret.value()));
    return values as { [Index in keyof Secrets]: string };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new OperatorError(`${words} Your role needs secretsmanager:GetSecretValue on it.`);
  }
}
