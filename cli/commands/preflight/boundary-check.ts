import { GetPolicyCommand } from '@aws-sdk/client-iam';
import { type Check, failed, ok } from '../doctor/check.ts';
import type { Site } from './site.ts';
import { isMissing } from './unless-unanswered.ts';

const name = 'permissions boundary';

/** Whether the boundary of every role exists. What it permits shows only in the deployment. */
export async function checkBoundary({ aws, zone }: Site): Promise<Check[]> {
  const arn = zone.permissionsBoundary;
  if (arn === undefined) return [];
  try {
    await aws.iam.send(new GetPolicyCommand({ PolicyArn: arn }));
    return [ok(name, `${arn} exists; whether it permits what the roles do is not checked`)];
  } catch (error) {
    if (!isMissing(error, 'NoSuchEntityException')) throw error;
    const fix =
      'Make the policy, or correct landingZone.permissionsBoundary. To see what there is: aws iam list-policies --scope Local';
    return [failed(name, `${arn} does not exist, and no role can be made`, fix)];
  }
}
