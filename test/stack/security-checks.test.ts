import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { PipelineStack } from '../../lib/stacks/pipeline-stack.ts';
import { addStages } from '../../lib/stacks/stages.ts';
import { emptyApp } from './configured-app.ts';

// A finding of this rule names the export of the bucket's ARN, and only synthesis knows the export's name.
const objectsUnderPrefixes = [
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttArchiveArn1EBA378E/rejected/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttArchiveArn1EBA378E/history/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttArchiveArn1EBA378E/parked/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttArchiveArn1EBA378E/held/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttArchiveArn1EBA378E/quarantine/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttArchiveArn1EBA378E/aws/lambda/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttQrImagesArnACA41524/qr/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttCampaignFilesArnA927D490/inbox/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttCampaignFilesArnA927D490/work/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttCampaignFilesArnA927D490/results/*]',
];
/** The finding on `dynamodb:ListStreams`, which supports no resource. */
const listStreams = 'AwsSolutions-IAM5[Resource::*]';

function checkedApp(acknowledged: readonly string[]) {
  const app = emptyApp();
  addStages(app, config, 'production');
  const main = app.node.children.find((child) => child instanceof PipelineStack) ?? expect.fail('no stack');
  for (const id of acknowledged) {
    Validations.of(main).acknowledge({
      id,
      reason: 'Object names depend on their content, so a prefix is the most exact resource.',
    });
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

const reportIn = (directory: string) => {
  const { pluginReports } = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
  return pluginReports
    .map(({ pluginName, conclusion, violations }: Record<string, unknown>) => ({
      pluginName,
      conclusion,
      rules: [violations].flat().map((violation) => Reflect.get(Object(violation), 'ruleName')),
    }))
    .filter(({ pluginName }: { pluginName: string }) => pluginName === 'AwsSolutions');
};

test('the AWS Solutions checks find nothing except what is acknowledged with a reason', () => {
  const { directory } = checkedApp([...objectsUnderPrefixes, listStreams]).synth();
  expect(reportIn(directory)).toEqual([]);
});

test('the AWS Solutions checks refuse the synthesis if an acknowledgement is missing', () => {
  const app = checkedApp([]);
  expect(() => app.synth()).toThrow('The IAM entity contains wildcard permissions');
  expect(reportIn(app.outdir)).toEqual([
    { pluginName: 'AwsSolutions', conclusion: 'failure', rules: expect.arrayContaining(objectsUnderPrefixes) },
  ]);
});
