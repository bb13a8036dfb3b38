import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { PipelineStack } from '../../lib/stacks/pipeline-stack.ts';
import { addStages } from '../../lib/stacks/stages.ts';
import { emptyApp } from './configured-app.ts';

// A finding of this rule carries the export through which the bucket's ARN comes: a name that only synthesis knows.
const objectsUnderPrefixes = [
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttArchiveArn1EBA378E/rejected/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttArchiveArn1EBA378E/history/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttArchiveArn1EBA378E/parked/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttArchiveArn1EBA378E/quarantine/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttArchiveArn1EBA378E/aws/lambda/*]',
  'AwsSolutions-IAM5[Resource::OneLink-production-State:ExportsOutputFnGetAttQrImagesArnACA41524/qr/*]',
];
/** Of `dynamodb:ListStreams`, which takes no resource. */
const listStreams = 'AwsSolutions-IAM5[Resource::*]';

function checkedApp(acknowledged: readonly string[]) {
  const app = emptyApp();
  addStages(app, config, 'production');
  const main = app.node.children.find((child) => child instanceof PipelineStack) ?? expect.fail('no stack');
  for (const id of acknowledged) {
    Validations.of(main).acknowledge({
      id,
      reason: 'Objects are named after what they hold: the prefix is as exact as it gets.',
    });
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

const reportIn = (directory: string) => {
  const { pluginReports } = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
  return pluginReports.map(({ pluginName, conclusion, violations }: Record<string, unknown>) => ({
    pluginName,
    conclusion,
    rules: [violations].flat().map((violation) => Reflect.get(Object(violation), 'ruleName')),
  }));
};

test('the AWS Solutions checks find nothing that is not acknowledged with its reason', () => {
  const { directory } = checkedApp([...objectsUnderPrefixes, listStreams]).synth();
  expect(reportIn(directory)).toEqual([]);
});

test('the checks do run: without an acknowledgement they refuse the synthesis', () => {
  const app = checkedApp([]);
  expect(() => app.synth()).toThrow('The IAM entity contains wildcard permissions');
  expect(reportIn(app.outdir)).toEqual([
    { pluginName: 'AwsSolutions', conclusion: 'failure', rules: expect.arrayContaining(objectsUnderPrefixes) },
  ]);
});
