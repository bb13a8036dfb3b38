import { DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { type Check, ok, warning } from '../doctor/check.ts';
import { isDeployed, type Site } from './site.ts';

/** Whether the secret of each pipeline has the token of AppsFlyer. The state stack makes the secret, with a placeholder. */
export async function checkToken({ aws, stacks, region }: Site): Promise<Check[]> {
  const states = (await stacks()).filter(({ part }) => part === 'state');
  return Promise.all(
    states.map(async (stack): Promise<Check> => {
      const name = `AppsFlyer token of ${stack.pipeline.stackName}`;
      if (!isDeployed(stack)) {
        return ok(name, 'the deployment makes its secret, with a placeholder; put the token there afterwards');
      }
      const asked = new DescribeStackResourceCommand({ StackName: stack.name, LogicalResourceId: 'ApiToken' });
      const { StackResourceDetail: { PhysicalResourceId: id = '' } = {} } = await aws.cloudFormation.send(asked);
      const { VersionIdsToStages = {} } = await aws.secrets.send(new DescribeSecretCommand({ SecretId: id }));
      if (Object.keys(VersionIdsToStages).length > 1) return ok(name, 'was put into its secret');
      const fix = `Put the bare token into a file, and the file into the secret: aws secretsmanager put-secret-value --region ${region} --secret-id ${id} --secret-string file://token.txt`;
      return warning(name, 'its secret still has the value that it was created with, a placeholder', fix);
    }),
  );
}
