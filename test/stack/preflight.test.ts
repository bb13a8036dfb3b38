import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { neededBootstrapVersion } from '../../cli/commands/preflight/bootstrap-check.ts';
import { kindOf } from '../../cli/commands/preflight/leftover-kinds.ts';
import { siteChecks } from '../../cli/commands/preflight/run.ts';
import { configuredApp } from './configured-app.ts';
import { strict } from './strict-stage.ts';

const app = configuredApp(strict);
const resources = [app.stateTemplate, app.template].flatMap((one) =>
  Object.values<{ Type: string; DeletionPolicy?: string; Properties?: object }>(one.toJSON().Resources),
);

test('the preflight asks for the bootstrap that the stacks need', () => {
  const { stacks } = app.app.synth();
  expect(stacks.map((one) => one.requiresBootstrapStackVersion)).toEqual([
    neededBootstrapVersion,
    neededBootstrapVersion,
  ]);
});

test('the preflight finds each kind of resource that a deleted stack leaves behind', () => {
  const kept = resources.filter(({ DeletionPolicy = 'Delete' }) => DeletionPolicy !== 'Delete');
  const types = [...new Set(kept.map(({ Type }) => Type))];
  expect(types.toSorted()).toEqual([
    'AWS::DynamoDB::Table',
    'AWS::KMS::Key',
    'AWS::Logs::LogGroup',
    'AWS::S3::Bucket',
    'AWS::SQS::Queue',
    'AWS::SecretsManager::Secret',
  ]);
  expect(types.filter((type) => kindOf(type) === undefined)).toEqual([]);
});

test('the templates name only what the preflight checks, or what is unique within its parent', () => {
  const naming = /^(?:\w*Name|AliasName)$/;
  const noNames = ['DisplayName', 'MetricName', 'StageName', 'FunctionName', 'RoleName', 'TableName', 'ServiceName'];
  const named = resources.flatMap(({ Type, Properties = {} }) =>
    Object.entries(Properties).flatMap(([key, value]) =>
      naming.test(key) && typeof value === 'string' && !noNames.includes(key) ? [`${Type}.${key}`] : [],
    ),
  );
  expect([...new Set(named)].toSorted()).toEqual([
    'AWS::ApiGateway::Authorizer.Name',
    // API Gateway lets APIs have equal names.
    'AWS::ApiGateway::RestApi.Name',
    'AWS::CloudWatch::Alarm.AlarmName',
    'AWS::CloudWatch::Dashboard.DashboardName',
    'AWS::IAM::Policy.PolicyName',
    'AWS::KMS::Alias.AliasName',
    'AWS::Lambda::Alias.Name',
    // It begins with the name of the stack, and goes with it.
    'AWS::SSM::Document.Name',
    'AWS::SecretsManager::Secret.Name',
  ]);
});

test('docs/permissions.md has a policy with what the preflight asks for, and no more', () => {
  const page = readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8');
  const [, document = ''] = /^## Before the first deployment\n.*?^```json\n(.*?)^```/ms.exec(page) ?? [];
  const statements: { Effect: string; Action: string[] }[] = JSON.parse(document).Statement;
  // STS answers everybody.
  const asked = siteChecks.flatMap(([, actions]) => actions).filter((one) => one !== 'sts:GetCallerIdentity');
  expect(statements.flatMap(({ Action }) => Action).toSorted()).toEqual([...new Set(asked)].toSorted());
  expect(statements.map(({ Effect }) => Effect)).toEqual(['Allow']);
});
