import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readStack } from '../../pipeline/stack-status.ts';
import { type Check, ok, warning } from './check.ts';

const name = 'protection';

/**
 * Whether the stack and the ledger of a stage that keeps its resources are protected against deletion. A first deployment leaves them
 * unprotected, so that it can be repeated.
 */
export async function checkProtection(
  { cloudFormation, dynamo }: { cloudFormation: CloudFormationClient; dynamo: Pick<DynamoDBClient, 'send'> },
  { stackName, table, stage }: { stackName: string; table: string; stage: string },
): Promise<Check> {
  const [stack, { Table }] = await Promise.all([
    readStack(cloudFormation, stackName),
    dynamo.send(new DescribeTableCommand({ TableName: table })),
  ]);
  const open = [
    ...(stack.isProtected ? [] : [`the stack ${stackName}`]),
    ...(Table?.DeletionProtectionEnabled === true ? [] : [`the ledger ${table}`]),
  ];
  if (open.length === 0) return ok(name, 'stack and ledger are protected against deletion');
  const fix = `Deploy without -c first=true, which protects them: npx cdk deploy --all -c stage=${stage}`;
  return warning(name, `nothing protects ${open.join(' and ')} against deletion`, fix);
}
