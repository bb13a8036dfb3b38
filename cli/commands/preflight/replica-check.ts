import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type Check, failed, ok } from '../doctor/check.ts';
import { identityClient, type Site } from './site.ts';
import { isMissing } from './unless-unanswered.ts';

/**
 * Whether the AWS account uses the region of the secret's copy. STS refuses the credentials in a region that is not enabled. No
 * stack goes there, so it needs no bootstrap.
 */
export async function checkReplica({ zone, account }: Site): Promise<Check[]> {
  const replica = zone.linkIdSecretReplica;
  if (replica === undefined) return [];
  const name = `region ${replica.region}`;
  try {
    await identityClient(replica.region).send(new GetCallerIdentityCommand());
    return [ok(name, `is enabled in ${account}; the copy of the link-ID secret needs no bootstrap there`)];
  } catch (error) {
    if (!isMissing(error, 'InvalidClientTokenId', 'UnrecognizedClientException')) throw error;
    const fix = `Enable it, or name another: aws account enable-region --region-name ${replica.region}`;
    return [failed(name, `is not enabled in ${account}, and linkIdSecretReplica needs it`, fix)];
  }
}
