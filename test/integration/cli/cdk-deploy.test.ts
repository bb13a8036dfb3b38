import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { addStage } from '../../../lib/stacks/stages.ts';
import { emptyApp } from '../../stack/configured-app.ts';
import { inZone } from '../../stack/strict-stage.ts';
import { type Answer, awsAccount, denied, missing } from '../../world/aws-account.ts';

/** Where a test ends a deployment: it needs no more of CloudFormation. */
const endOfTest: Answer = { error: [400, 'ValidationError', 'the test ends here'] };

/** Deploys the state stack by the CDK's own command line, after a creation that was rolled back. @returns its calls and output */
async function deployAgain({ isProtected }: { isProtected: boolean }) {
  const app = emptyApp();
  addStage(app, inZone({}), 'production', { first: !isProtected });
  const { directory } = app.synth();
  let isDeleted = false;
  const { environment, calls } = await awsAccount(
    {
      AssumeRole: denied('AccessDenied', 'sts:AssumeRole'),
      // The template is in the CDK's bucket.
      GetBucketLocation: { xml: '<LocationConstraint>eu-central-1</LocationConstraint>' },
      ListObjectsV2: ({ prefix }) => ({
        xml: `<ListBucketResult><Contents><Key>${prefix}</Key></Contents></ListBucketResult>`,
      }),
      DescribeStacks: ({ StackName }) =>
        isDeleted || StackName === 'CDKToolkit'
          ? missing.stack(StackName)
          : {
              xml: `<Stacks><member><StackName>OneLink-production-State</StackName><StackId>arn:aws:cloudformation:eu-central-1:111122223333:stack/OneLink-production-State/1</StackId><StackStatus>ROLLBACK_COMPLETE</StackStatus><EnableTerminationProtection>${isProtected}</EnableTerminationProtection><CreationTime>2026-01-01T00:00:00Z</CreationTime></member></Stacks>`,
            },
      DescribeStackEvents: { xml: '<StackEvents/>' },
      GetTemplate: { xml: '<TemplateBody>{}</TemplateBody>' },
      DeleteStack: () => {
        if (isProtected) {
          const message = 'Stack [OneLink-production-State] cannot be deleted while TerminationProtection is enabled';
          return { error: [400, 'ValidationError', message] };
        }
        isDeleted = true;
        return { xml: '' };
      },
      CreateChangeSet: endOfTest,
    },
    onTestFinished,
  );
  const cdk = fileURLToPath(new URL('../../../node_modules/aws-cdk/bin/cdk', import.meta.url));
  const words = [
    'deploy',
    'OneLink-production-State',
    '--exclusively',
    '--app',
    directory,
    '--require-approval',
    'never',
  ];
  const env = { ...process.env, ...environment, CDK_DISABLE_CLI_TELEMETRY: 'true' };
  const run = promisify(execFile)(process.execPath, [cdk, ...words, '--no-notices', '--no-color'], { env });
  const { stderr } = await run.catch((error: { stderr: string }) => error);
  return { calls, stderr };
}

test('the CDK repeats a first deployment by itself: it deletes the stack that was rolled back, and makes it again', {
  timeout: 120_000,
}, async () => {
  const { calls, stderr } = await deployAgain({ isProtected: false });
  expect(stderr).toContain('the test ends here');
  expect(calls.filter((one) => ['DeleteStack', 'CreateChangeSet'].includes(one))).toEqual([
    'DeleteStack',
    'CreateChangeSet',
  ]);
});

test('the CDK cannot repeat it if the stack is protected, so a first deployment leaves it open', {
  timeout: 120_000,
}, async () => {
  const { calls, stderr } = await deployAgain({ isProtected: true });
  expect(stderr).toContain('cannot be deleted while TerminationProtection is enabled');
  expect(calls).not.toContain('CreateChangeSet');
});
