import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Authorizer } from '../../local/cloud/access/authorizer.ts';
import type { Deployment } from '../../local/cloud/assembly/deployment.ts';
import { readAssembly } from '../../local/cloud/assembly/read-assembly.ts';
import { awsCallsIn, type DocumentedCall, sectionsOf, verbsIn } from '../world/documented-calls.ts';
import { holderOf, lacking } from '../world/permissions-table.ts';
import { deploymentOf, ResourceNames } from '../world/recorded-calls.ts';
import { recordedVerbs, verbsNotRecorded } from '../world/recorded-verbs.ts';
import { configuredApp } from './configured-app.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const runbook = read('lib/observability/RUNBOOK.md');
const operations = read('docs/operations.md');

/** What each command of `aws` asks AWS for: an action, and a resource by its name in the template. */
type Ask = readonly [action: string, resource: string, context?: Record<string, string | string[]>];

/** By the words of the command and by what its arguments hold. The first that fits counts. */
const asks: readonly (readonly [words: string, holds: string, asks: readonly Ask[] | 'nothing'])[] = [
  ['cloudformation describe-stacks', '', [['cloudformation:DescribeStacks', 'stack']]],
  ['cloudformation detect-stack-drift', '', [['cloudformation:DetectStackDrift', 'stack']]],
  ['cloudtrail lookup-events', '', [['cloudtrail:LookupEvents', '*']]],
  ['dynamodb delete-item', '', [['dynamodb:DeleteItem', 'Ledger', { 'dynamodb:LeadingKeys': ['link-id-secret'] }]]],
  ['dynamodb describe-table', '', [['dynamodb:DescribeTable', 'Ledger']]],
  ['dynamodb get-item', '"control"', [['dynamodb:GetItem', 'Ledger', { 'dynamodb:LeadingKeys': ['control'] }]]],
  ['dynamodb update-table', '', [['dynamodb:UpdateTable', 'Ledger']]],
  [
    'events enable-rule',
    '',
    [
      ['events:EnableRule', 'GovernorEveryMinute'],
      ['events:EnableRule', 'ReplayerEveryMinute'],
      ['events:EnableRule', 'CampaignsSenderEveryMinute'],
    ],
  ],
  ['events list-rule-names-by-target', '', [['events:ListRuleNamesByTarget', '*']]],
  ['iam list-roles', '', [['iam:ListRoles', '*']]],
  ['lambda get-account-settings', '', [['lambda:GetAccountSettings', '*']]],
  ['lambda get-event-source-mapping', '', [['lambda:GetEventSourceMapping', '*']]],
  ['lambda get-function-concurrency', '', [['lambda:GetFunctionConcurrency', 'GovernorWorkerFunction']]],
  ['lambda get-function-configuration', 'Governor', [['lambda:GetFunctionConfiguration', 'GovernorWorkerFunction']]],
  ['lambda get-function-configuration', 'Replayer', [['lambda:GetFunctionConfiguration', 'ReplayerWorkerFunction']]],
  [
    'lambda get-function-configuration',
    'CampaignSender',
    [['lambda:GetFunctionConfiguration', 'CampaignsSenderWorkerFunction']],
  ],
  ['lambda get-function-configuration', 'HttpApi', [['lambda:GetFunctionConfiguration', 'HttpApiCallsWorkerFunction']]],
  ['lambda put-function-concurrency', 'Governor', [['lambda:PutFunctionConcurrency', 'GovernorWorkerFunction']]],
  ['lambda update-event-source-mapping', '', [['lambda:UpdateEventSourceMapping', '*']]],
  ['lambda invoke', 'CampaignSender', [['lambda:InvokeFunction', 'CampaignsSenderWorkerFunction']]],
  ['lambda invoke', 'ExpiryIntake', [['lambda:InvokeFunction', 'ExpiryIntakeWorkerFunction']]],
  [
    'logs tail',
    '',
    [
      ['logs:FilterLogEvents', 'GovernorWorkerLogs'],
      ['logs:FilterLogEvents', 'CampaignLinkWorkerLogs'],
      ['logs:FilterLogEvents', 'OperationsWorkerLogs'],
    ],
  ],
  ['s3 cp', '', [['s3:GetObject', 'Archive/aws/lambda/*']]],
  ['s3 ls', '', [['s3:ListBucket', 'Archive', { 's3:prefix': 'aws/lambda/' }]]],
  [
    's3 mv',
    'parked/',
    [
      ['s3:GetObject', 'Archive/parked/*'],
      ['s3:PutObject', 'Archive/parked/*'],
      ['s3:DeleteObject', 'Archive/parked/*'],
    ],
  ],
  ['s3 rm', '', [['s3:DeleteObject', 'Archive/aws/lambda/*']]],
  ['s3api list-objects-v2', 'inbox/', [['s3:ListBucket', 'CampaignFiles', { 's3:prefix': 'inbox/' }]]],
  ['secretsmanager describe-secret', 'ApiToken', [['secretsmanager:DescribeSecret', 'ApiToken']]],
  ['secretsmanager list-secret-version-ids', 'LinkIdSecret', [['secretsmanager:ListSecretVersionIds', 'LinkIdSecret']]],
  ['secretsmanager put-secret-value', 'ApiToken', [['secretsmanager:PutSecretValue', 'ApiToken']]],
  [
    'secretsmanager restore-secret',
    '',
    [
      ['secretsmanager:RestoreSecret', 'LinkIdSecret'],
      ['secretsmanager:RestoreSecret', 'ApiToken'],
    ],
  ],
  [
    'secretsmanager update-secret-version-stage',
    'LinkIdSecret',
    [['secretsmanager:UpdateSecretVersionStage', 'LinkIdSecret']],
  ],
  ['sns list-subscriptions-by-topic', '', [['sns:ListSubscriptionsByTopic', 'OutcomesTopic']]],
  [
    'sqs get-queue-attributes',
    '',
    [
      ['sqs:GetQueueAttributes', 'CampaignCommandsQueue'],
      ['sqs:GetQueueAttributes', 'QrJobsQueue'],
      ['sqs:GetQueueAttributes', 'ExpiryExpiredQueue'],
    ],
  ],
  ['sqs start-message-move-task', '', [['sqs:StartMessageMoveTask', 'CampaignCommandsDeadLetters']]],
  ['sts get-caller-identity', '', 'nothing'],
];

/** The role of somebody who is on call, by the runbook: these policies. */
const onCall = ['local-operator', 'local-support', 'local-auditor', 'local-on-call'];

let deployment: Deployment;
let found: Awaited<ReturnType<typeof lacking>>;
beforeAll(async () => {
  deployment = deploymentOf(await readAssembly(configuredApp().app.synth().directory));
  found = await lacking(deployment);
});

function arnOf(name: string): string {
  if (name === '*') return '*';
  if (name === 'stack') {
    const { region, accountId } = deployment.place;
    return `arn:aws:cloudformation:${region}:${accountId}:stack/OneLink-production/one`;
  }
  const [of = '', ...key] = name.split('/');
  const arn = new ResourceNames(deployment, []).arnOf(of, '');
  if (arn === of) throw new Error(`the template has no ${of}`);
  return key.length > 0 ? `${arn}/${key.join('/').replace('*', 'one')}` : arn;
}

async function isForOnCall(asked: readonly Ask[]): Promise<boolean> {
  const authorizer = new Authorizer({}, new Map());
  for (const [action, resource, context] of asked) {
    const verdicts = await Promise.all(
      onCall.map((key) =>
        authorizer.permits(holderOf(key, deployment), {
          action,
          resource: arnOf(resource),
          ...(context && { context }),
        }),
      ),
    );
    if (!verdicts.includes(true)) return false;
  }
  return true;
}

const asksOf = ({ section, words, text }: DocumentedCall) =>
  asks.find(([of, holds]) => of === words && text.includes(holds))?.[2] ??
  expect.fail(`${section}: say in this test which permission needs: ${text}`);

describe('the commands of aws', () => {
  const calls = [...awsCallsIn(runbook), ...awsCallsIn(operations)];

  test('are found, also in functions and in sentences', () => {
    expect(new Set(calls.map(({ words }) => words))).toEqual(new Set(asks.map(([words]) => words)));
  });

  test.each([...new Map(calls.map((call) => [`${call.section}: ${call.text}`, call]))])(
    'are permitted on call, or name an administrator: %s',
    async (_, call) => {
      const asked = asksOf(call);
      const permitted = asked === 'nothing' || (await isForOnCall(asked));
      // Both ways: nobody should wake an administrator for what the policies permit.
      expect(call.forAdministrator ? 'administrator' : 'on call').toBe(permitted ? 'on call' : 'administrator');
    },
  );
});

describe('the verbs', () => {
  const verbs = [...Object.keys(recordedVerbs()), ...Object.keys(verbsNotRecorded)];
  const policiesFor = (verb: string) =>
    Object.entries(found[verb] ?? {}).flatMap(([policy, lacks]) => (lacks.length === 0 ? [policy] : []));

  test('of the runbook need no policy but those of its table', () => {
    for (const { words, section } of verbsIn(runbook, verbs)) {
      const permitting = policiesFor(words);
      expect(
        permitting.some((one) => ['Operator', 'Support', 'Auditor', 'Purge'].includes(one)),
        `${section}: ${words}`,
      ).toBe(true);
      const isForPurge = permitting.every((one) => one === 'Purge');
      if (isForPurge) expect(sectionsOf(runbook).find((one) => one.section === section)?.text).toMatch(/Purge/);
    }
  });

  test('of docs/operations.md are permitted on call, or their section names the policy', () => {
    const texts = Map.groupBy(sectionsOf(operations), ({ section }) => section);
    // The local run has one operator, who may do everything.
    for (const { words, section } of verbsIn(operations, verbs).filter(({ text }) => !text.includes('--local'))) {
      const permitting = policiesFor(words);
      if (words in verbsNotRecorded || permitting.some((one) => ['Operator', 'Support', 'Auditor'].includes(one)))
        continue;
      const names = permitting.map((one) => (one === 'Owner' ? 'CampaignOwner' : one));
      const text = (texts.get(section) ?? []).map((one) => one.text).join('\n');
      expect(
        names.some((name) => text.includes(name)),
        `${section}: ${words} needs ${names.join(' or ')}`,
      ).toBe(true);
    }
  });
});
