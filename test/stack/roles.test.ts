import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { named, template } from './shipped-pipeline.ts';

describe('the roles', () => {
  const statements = Object.entries(named('AWS::IAM::Role')).flatMap(([role, { Properties }]) =>
    Properties.Policies.flatMap((policy: { PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] } }) =>
      policy.PolicyDocument.Statement.map(({ Action, Resource }) => ({
        role,
        actions: [Action].flat().map(String),
        resources: [Resource].flat().map((resource) => JSON.stringify(resource)),
      })),
    ),
  );

  test('allow these actions and no others', () => {
    const actions = (role: string) =>
      statements.filter((statement) => statement.role === role).flatMap((statement) => statement.actions);
    const logs = ['logs:CreateLogStream', 'logs:PutLogEvents'];
    const consume = [
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
    ];
    const ledger = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];
    for (const lane of ['Transactional', 'Campaign']) {
      expect(actions(`${lane}LinkWorkerRole`)).toEqual([
        ...logs,
        ...consume,
        ...ledger,
        'sqs:SendMessage',
        'sns:Publish',
        's3:DeleteObject',
        's3:PutObject',
        'secretsmanager:GetSecretValue',
      ]);
    }
    expect(actions('QrWorkerRole')).toEqual([
      ...logs,
      ...consume,
      ...ledger,
      's3:DeleteObject',
      's3:PutObject',
      'sns:Publish',
      'secretsmanager:GetSecretValue',
    ]);
    expect(actions('ExpiryWorkerRole')).toEqual([
      ...logs,
      ...consume,
      'dynamodb:BatchGetItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      's3:PutObject',
      's3:DeleteObject',
      'sns:Publish',
      'secretsmanager:GetSecretValue',
    ]);
    expect(actions('ExpiryIntakeWorkerRole')).toEqual([
      ...logs,
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'sqs:SendMessage',
      's3:PutObject',
      's3:ListBucket',
    ]);
    expect(actions('GovernorWorkerRole')).toEqual([
      ...logs,
      'dynamodb:BatchGetItem',
      'dynamodb:PutItem',
      'lambda:GetEventSourceMapping',
      'lambda:UpdateEventSourceMapping',
      'secretsmanager:GetSecretValue',
    ]);
    expect(actions('OperationsWorkerRole')).toEqual([
      ...logs,
      's3:PutObject',
      'dynamodb:BatchGetItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Scan',
      'dynamodb:UpdateItem',
      'lambda:InvokeFunction',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:SetAlarmState',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:ReceiveMessage',
      'sqs:GetQueueAttributes',
      'sqs:SendMessage',
      's3:ListBucket',
      's3:DeleteObject',
      's3:GetObject',
      's3:PutObject',
      'secretsmanager:GetSecretValue',
      's3:ListBucketVersions',
      's3:DeleteObjectVersion',
      's3:GetObjectVersion',
      's3:PutObject',
      's3:DeleteObject',
      'ssm:GetAutomationExecution',
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
    ]);
    expect(actions('ReplayerWorkerRole')).toEqual([
      ...logs,
      'dynamodb:BatchGetItem',
      'dynamodb:UpdateItem',
      's3:DeleteObject',
      's3:GetObject',
      's3:PutObject',
      's3:ListBucket',
      'sns:Publish',
      'sqs:GetQueueAttributes',
      'sqs:SendMessage',
    ]);
    expect(actions('CampaignsCheckerWorkerRole')).toEqual([
      ...logs,
      ...consume,
      'sqs:SendMessage',
      ...ledger,
      's3:GetObject',
      's3:GetObject',
      's3:PutObject',
      's3:PutObject',
      's3:ListBucket',
      'secretsmanager:GetSecretValue',
    ]);
    expect(actions('CampaignsSenderWorkerRole')).toEqual([
      ...logs,
      ...ledger,
      's3:GetObject',
      's3:PutObject',
      's3:PutObject',
      'sns:Publish',
      'sqs:GetQueueAttributes',
      'sqs:SendMessage',
      'secretsmanager:GetSecretValue',
    ]);
    expect(actions('ReaderWorkerRole')).toEqual([...logs, 'secretsmanager:GetSecretValue']);
  });

  test('name their resources, and have wildcards only for objects under a prefix, for executions and alarms, and for ListStreams, which supports no resource', () => {
    const wild = statements.filter(({ actions, resources }) => `${actions}${resources}`.includes('*'));
    expect(
      wild.map(({ role, actions, resources }) => [
        role,
        actions,
        resources.map((one: string) => one.match(/\/[^"]*\*/)?.[0]),
      ]),
    ).toEqual([
      ['QrWorkerRole', ['s3:DeleteObject', 's3:PutObject'], ['/qr/*']],
      ['TransactionalLinkWorkerRole', ['s3:DeleteObject'], ['/qr/*']],
      ['TransactionalLinkWorkerRole', ['s3:PutObject'], ['/held/*', '/parked/*', '/rejected/*']],
      ['CampaignLinkWorkerRole', ['s3:DeleteObject'], ['/qr/*']],
      ['CampaignLinkWorkerRole', ['s3:PutObject'], ['/held/*', '/parked/*', '/rejected/*']],
      ['ExpiryIntakeWorkerRole', ['dynamodb:ListStreams'], [undefined]],
      ['ExpiryIntakeWorkerRole', ['s3:PutObject'], ['/aws/lambda/*']],
      ['ExpiryWorkerRole', ['s3:PutObject'], ['/history/*']],
      ['ExpiryWorkerRole', ['s3:DeleteObject'], ['/qr/*']],
      ['ReplayerWorkerRole', ['s3:DeleteObject', 's3:GetObject'], ['/held/*', '/parked/*']],
      ['ReplayerWorkerRole', ['s3:PutObject'], ['/quarantine/*']],
      ['OperationsWorkerRole', ['s3:PutObject'], ['/parked/*', '/audit/*', '/inbox/*']],
      ['OperationsWorkerRole', ['cloudwatch:DescribeAlarms'], [undefined]],
      ['OperationsWorkerRole', ['cloudwatch:SetAlarmState'], [undefined]],
      ['OperationsWorkerRole', ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], ['/quarantine/*']],
      // An erasure rewrites what names a person, and deletes the old versions.
      [
        'OperationsWorkerRole',
        ['s3:DeleteObjectVersion', 's3:GetObjectVersion', 's3:PutObject'],
        ['/held/*', '/history/*', '/parked/*', '/quarantine/*', '/rejected/*', '/inbox/*', '/results/*', '/work/*'],
      ],
      [
        'OperationsWorkerRole',
        ['s3:DeleteObject'],
        ['/held/*', '/history/*', '/parked/*', '/quarantine/*', '/rejected/*', '/qr/*'],
      ],
      // An execution’s ID follows from its start.
      ['OperationsWorkerRole', ['ssm:GetAutomationExecution'], ['/*']],
      ['CampaignsCheckerWorkerRole', ['s3:GetObject'], ['/inbox/*']],
      ['CampaignsCheckerWorkerRole', ['s3:GetObject', 's3:PutObject'], ['/work/*']],
      ['CampaignsCheckerWorkerRole', ['s3:PutObject'], ['/results/*']],
      ['CampaignsSenderWorkerRole', ['s3:GetObject', 's3:PutObject'], ['/work/*']],
      ['CampaignsSenderWorkerRole', ['s3:PutObject'], ['/results/*']],
      ['HttpApiCallsWorkerRole', ['s3:GetObject'], ['/qr/*']],
    ]);
    // The operations function's right to see event source mappings. In its role, it would close a circle.
    const policies = Object.values(named('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    expect(policies.map(({ Action }: { Action: string }) => Action)).toEqual(['lambda:GetEventSourceMapping']);
    template.allResourcesProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });

  test('of the QR worker allows no access to the link-ID secret, because this worker makes and compares no links', () => {
    const secrets = statements.filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'));
    const known: Record<string, number> = {};
    // A role may have a statement for each of its secrets.
    for (const { role, resources } of secrets) {
      known[role] = (known[role] ?? 0) + resources.filter((one: string) => one.includes('LinkIdSecret')).length;
    }
    expect(known).toEqual({
      TransactionalLinkWorkerRole: 1,
      CampaignLinkWorkerRole: 1,
      QrWorkerRole: 0,
      ExpiryWorkerRole: 1,
      // It compares its fingerprint with the ledger's.
      GovernorWorkerRole: 1,
      ReaderWorkerRole: 0,
      CampaignsCheckerWorkerRole: 1,
      CampaignsSenderWorkerRole: 1,
      HttpApiCallsWorkerRole: 1,
      HttpApiAuthorizerWorkerRole: 0,
      // It keys the digests of subjects.
      OperationsWorkerRole: 1,
    });
  });
});
