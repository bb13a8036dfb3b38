import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { PipelineStack } from '../../lib/stacks/pipeline-stack.ts';
import { addStage } from '../../lib/stacks/stages.ts';
import { emptyApp } from './configured-app.ts';
import { strict } from './strict-stage.ts';

const sources = ['crm', 'product', 'studio'];

/**
 * The reason for each finding that is acknowledged.
 *
 * @param place of the stack, in an ARN: its partition, region and account
 */
function acknowledgementsOf(
  stackName: string,
  [partition = '', region = '', account = '']: string[],
): Readonly<Record<string, string>> {
  const inPlace = (service: string, resource: string) =>
    `AwsSolutions-IAM5[Resource::arn:${partition}:${service}:${region}:${account}:${resource}]`;
  // A finding of this rule names the export of the bucket's ARN, and only synthesis knows the export's name.
  const exported = (name: string) => `AwsSolutions-IAM5[Resource::${stackName}-State:ExportsOutputFnGetAtt${name}`;
  const [archive, qrImages, campaignFiles, auditRecords] = [
    exported('ArchiveArn1EBA378E'),
    exported('QrImagesArnACA41524'),
    exported('CampaignFilesArnA927D490'),
    exported('AuditRecordsArnE00CB0F5'),
  ];
  const objectsUnderPrefixes = [
    ...['rejected', 'history', 'parked', 'held', 'quarantine', 'aws/lambda'].map((folder) => `${archive}/${folder}/*]`),
    `${qrImages}/qr/*]`,
    ...['inbox', 'work', 'results'].map((folder) => `${campaignFiles}/${folder}/*]`),
    `${auditRecords}/audit/*]`,
    ...sources.map((source) => `${qrImages}/qr/${source}/*]`),
    ...sources.flatMap((source) =>
      ['inbox', 'work', 'results'].map((folder) => `${campaignFiles}/${folder}/${source}/*]`),
    ),
  ];

  const alarmsIn = `${partition}:cloudwatch:${region}:${account}:alarm`;
  return {
    ...Object.fromEntries(
      objectsUnderPrefixes.map((id) => [
        id,
        'Object names depend on their content, so a prefix is the most exact resource.',
      ]),
    ),
    'AwsSolutions-IAM5[Resource::*]':
      'dynamodb:ListStreams supports no resource, and neither do most of the calls by which a reader sees metrics, alarms and limits. ' +
      'The others of a reader show settings of functions.',
    [`${archive}/*]`]: 'Support looks into every archived command, to answer what became of it.',
    [`${campaignFiles}/*]`]: 'Support looks into every file of a campaign, to answer what became of a row.',
    'AwsSolutions-IAM5[Resource::<PipelineOperationsWorkerFunction7301B932.Arn>:campaigns-*]':
      'An operator may act on the campaigns of every producer. Each producer has an alias of the function.',
    [inPlace('ssm', 'automation-execution/*')]:
      'The ID of an execution follows from its start. The function takes only executions of its own documents.',
    [inPlace('ssm', `document/${stackName}-*`)]: 'A reader of the runbook reads all of its documents.',
    ...Object.fromEntries(
      ['pause', 'resume', 'replay', 'redrive'].map((act) => [
        inPlace('ssm', `automation-definition/${stackName}-${act}:*`),
        'Each change of a document makes a version, and the last one is the default.',
      ]),
    ),
    [inPlace('cloudformation', `stack/${stackName}/*`)]:
      'A tool asks for the outputs of the stack by its name. The rest of the ARN is an ID that CloudFormation makes.',
    [`AwsSolutions-IAM5[Resource::arn:${alarmsIn}:*]`]: 'CloudWatch judges a list of alarms as one of all alarms.',
    [`AwsSolutions-IAM5[Resource::arn:${alarmsIn}:${stackName}-*]`]:
      'An operator may test every alarm of the pipeline, and their names begin so.',
  };
}

const plain = acknowledgementsOf('OneLink-production', ['<AWS::Partition>', '<AWS::Region>', '<AWS::AccountId>']);

function checkedApp(configuration: Configuration, acknowledged: Readonly<Record<string, string>>) {
  const app = emptyApp();
  addStage(app, configuration, 'production');
  const main = app.node.children.find((child) => child instanceof PipelineStack) ?? expect.fail('no stack');
  for (const [id, reason] of Object.entries(acknowledged)) Validations.of(main).acknowledge({ id, reason });
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
  const { directory } = checkedApp(config, plain).synth();
  expect(reportIn(directory)).toEqual([]);
});

test('a stage in a landing zone with every rule has no other findings', () => {
  const acknowledged = acknowledgementsOf('acme-OneLink-production', ['aws', 'eu-central-1', '111122223333']);
  const { directory } = checkedApp(strict, acknowledged).synth();
  expect(reportIn(directory)).toEqual([]);
});

test('the AWS Solutions checks refuse the synthesis if an acknowledgement is missing', () => {
  const app = checkedApp(config, {});
  expect(() => app.synth()).toThrow('The IAM entity contains wildcard permissions');
  expect(reportIn(app.outdir)).toEqual([
    { pluginName: 'AwsSolutions', conclusion: 'failure', rules: expect.arrayContaining(Object.keys(plain)) },
  ]);
});
