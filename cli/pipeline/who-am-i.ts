import { CallerIdentity } from '../../lambdas/adapters/caller-identity.ts';
import type { Caller } from '../../lambdas/domain/acts/record.ts';
import { stsUrl } from '../../lambdas/domain/acts/request.ts';
import type { OperationsAccess } from './operations.ts';
import { proofOf } from './proof.ts';

/** What the signature is for. No act has this header, so the signature serves no act. */
const purpose = 'identity';

/**
 * Who the operator is for AWS, as the records of acts name it. It needs no permission.
 *
 * @returns undefined if STS does not accept the credentials
 * @throws StsUnreachable; the provider's error if there are no credentials
 */
export async function whoAmI(
  { lambda, functionArn }: Pick<OperationsAccess, 'lambda' | 'functionArn'>,
  nowMilliseconds = Date.now(),
): Promise<Caller | undefined> {
  const proof = await proofOf({ functionArn, credentials: lambda.config.credentials }, purpose, nowMilliseconds);
  return new CallerIdentity(stsUrl(functionArn, process.env)).caller(proof, purpose);
}
