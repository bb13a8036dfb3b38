import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { type Check, failed, ok } from '../doctor/check.ts';
import { keysIn, type Site } from './site.ts';
import { isMissing, unlessUnanswered } from './unless-unanswered.ts';

/** Whether the keys of the landing zone can encrypt: the stage's, and that of the copy in another region. */
export async function checkKeys({ aws, zone, account, region }: Site): Promise<Check[]> {
  const { key, linkIdSecretReplica: replica } = zone;
  const given: [name: string, keys: KMSClient, arn: string, setting: string][] = [];
  if (key !== undefined && key !== 'own') given.push([`key in ${region}`, aws.keys, key, 'landingZone.key']);
  if (replica?.keyArn !== undefined) {
    const setting = 'landingZone.linkIdSecretReplica.keyArn';
    given.push([`key in ${replica.region}`, keysIn(replica.region), replica.keyArn, setting]);
  }
  const checks = await Promise.all(
    given.map(([name, keys, arn, setting]) =>
      unlessUnanswered(name, 'kms:DescribeKey', async () => [await checkKey(name, keys, { arn, setting, account })]),
    ),
  );
  return checks.flat();
}

async function checkKey(
  name: string,
  keys: KMSClient,
  { arn, setting, account }: { arn: string; setting: string; account: string },
): Promise<Check> {
  const [, , , region, owner] = arn.split(':');
  const own = owner === account ? '' : `, in the AWS account ${owner}`;
  const another = `Name another key in ${setting}, before the first deployment.`;
  try {
    const { KeyMetadata: found } = await keys.send(new DescribeKeyCommand({ KeyId: arn }));
    const [state = 'unknown', spec, usage] = [found?.KeyState, found?.KeySpec, found?.KeyUsage];
    if (spec !== 'SYMMETRIC_DEFAULT' || usage !== 'ENCRYPT_DECRYPT') {
      const words = `${arn} is a ${spec} key for ${usage}; the services need SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT`;
      return failed(name, words, another);
    }
    if (state === 'Enabled') {
      return ok(
        name,
        `${arn} is enabled and symmetric${own}; its policy is not checked (docs/deploying.md, “The key”)`,
      );
    }
    const aws = (words: string) => `aws kms ${words} --key-id ${arn} --region ${region}`;
    const remedies: Record<string, string> = {
      Disabled: `Enable it: ${aws('enable-key')}`,
      PendingDeletion: `Cancel its deletion: ${aws('cancel-key-deletion')}. Then enable it: ${aws('enable-key')}`,
    };
    return failed(name, `${arn} is not enabled (${state})`, remedies[state] ?? another);
  } catch (error) {
    if (!isMissing(error, 'NotFoundException')) throw error;
    return failed(
      name,
      `${arn} does not exist`,
      `${another} To see what there is: aws kms list-keys --region ${region}`,
    );
  }
}
