import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { ConfiguredPipeline } from '../../pipeline/configured-pipeline.ts';
import { readStack } from '../../pipeline/stack-status.ts';
import { type Check, failed, ok, warning } from '../doctor/check.ts';
import { isDeployed, type Site, type StackState } from './site.ts';

/** Reads both stacks of each pipeline. @throws the service's error */
export async function readStacks(
  cloudFormation: CloudFormationClient,
  pipelines: readonly ConfiguredPipeline[],
): Promise<StackState[]> {
  const named = pipelines.flatMap((pipeline) => [
    { pipeline, part: 'state' as const, name: `${pipeline.stackName}-State` },
    { pipeline, part: 'pipeline' as const, name: pipeline.stackName },
  ]);
  return Promise.all(named.map(async (one) => ({ ...one, ...(await readStack(cloudFormation, one.name)) })));
}

/** Whether an earlier attempt, or one that runs, prevents the deployment. */
export async function checkStacks(site: Site): Promise<Check[]> {
  return (await site.stacks()).map((one) => checkStack(one, site));
}

/** How to deploy a stage that is not deployed yet. */
export async function showNext({ stacks, stage, stageName }: Site): Promise<Check[]> {
  if ((await stacks()).every(isDeployed) || stage.removalPolicy !== 'retain') return [];
  const words = `${firstDeployment(stageName)} and, when that has succeeded, again without -c first=true`;
  return [ok('to deploy', words)];
}

/** The command of a deployment that can be repeated if it fails. */
const firstDeployment = (stageName: string) => `npx cdk deploy --all -c stage=${stageName} -c first=true`;

function checkStack(stack: StackState, { stageName, stage, region }: Site): Check {
  const { name, status, isProtected } = stack;
  const title = `stack ${name}`;
  const cfn = (words: string) => `aws cloudformation ${words} --stack-name ${name} --region ${region}`;
  const again = firstDeployment(stageName);
  if (status === undefined) return ok(title, 'does not exist yet');
  if (isDeployed(stack)) {
    if (isProtected || stage.removalPolicy !== 'retain') return ok(title, `is deployed (${status})`);
    const fix = `Deploy it without -c first=true: npx cdk deploy --all -c stage=${stageName}`;
    return warning(title, `is deployed (${status}), and nothing protects it against deletion`, fix);
  }
  if (status === 'REVIEW_IN_PROGRESS') {
    return ok(title, 'an earlier attempt ended before it made anything; the next deployment goes on from there');
  }
  if (status.endsWith('_IN_PROGRESS')) {
    return failed(title, `an operation is running (${status})`, `Wait for its end: ${cfn('describe-stack-events')}`);
  }
  if (status === 'ROLLBACK_COMPLETE' || status === 'ROLLBACK_FAILED') {
    const words = `its creation failed (${status})`;
    if (!isProtected) {
      return warning(
        title,
        `${words}; the next deployment deletes it and makes it again`,
        `To see why: ${cfn('describe-stack-events')}`,
      );
    }
    const fix = `CloudFormation must be allowed to delete it: ${cfn('update-termination-protection --no-enable-termination-protection')}. Then deploy: ${again}`;
    return failed(title, `${words}, and its termination protection forbids the next deployment to delete it`, fix);
  }
  if (status === 'CREATE_FAILED' || status === 'UPDATE_FAILED' || status === 'UPDATE_ROLLBACK_FAILED') {
    const fix = `Bring it to an end first: npx cdk rollback ${name} -c stage=${stageName}. To see why: ${cfn('describe-stack-events')}`;
    return failed(title, `a deployment stopped half-way (${status})`, fix);
  }
  const fix = `To see why: ${cfn('describe-stack-events')}. Then delete it again: ${cfn('delete-stack')}`;
  return failed(title, `its deletion failed (${status})`, fix);
}
