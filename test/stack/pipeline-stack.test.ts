import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { governorEnvironment } from '../../lambdas/governor/env.ts';
import { linkWorkerEnvironment } from '../../lambdas/link-worker/env.ts';
import { qrWorkerEnvironment } from '../../lambdas/qr-worker/env.ts';
import { replayerEnvironment } from '../../lambdas/replayer/env.ts';
import { config } from '../../lib/config.ts';
import type { PipelineSettings } from '../../lib/config-schema.ts';
import { ConfigurationError } from '../../lib/config-validation.ts';
import { OneLinkPipeline } from '../../lib/pipeline.ts';
import { PipelineStack } from '../../lib/pipeline-stack.ts';
import { StateStack } from '../../lib/state-stack.ts';
import { configuredApp, emptyApp } from './configured-app.ts';

const { template } = configuredApp();

/** Every resource of a type, by the part of its logical ID that people chose (without the hash). */
const named = (type: string, of = template) =>
  Object.fromEntries(
    Object.entries(of.findResources(type)).map(([id, resource]) => [
      id.replace(/^Pipeline|[0-9A-F]{8}$/g, ''),
      resource,
    ]),
  );

const settings = (): PipelineSettings =>
  structuredClone(config.stages.production?.pipelines[0] ?? expect.fail('no production pipeline'));

/** A pipeline of other settings, in a stack of its own. */
function pipelineOf(changes: Partial<PipelineSettings>, app = emptyApp(), serviceName = 'Test-stage') {
  const state = new StateStack(app, `${serviceName}-State`, { settings: settings(), removalPolicy: 'destroy' });
  const account = config.accounts.acme ?? expect.fail('no account');
  const stage = config.stages.staging ?? expect.fail('no stage');
  return new PipelineStack(app, serviceName, {
    serviceName,
    settings: { ...settings(), ...changes },
    account,
    stage,
    state,
  });
}

describe('the queues', () => {
  test('keep commands for 10 days and dead letters for 14, since both count from the first arrival', () => {
    const retention = Object.fromEntries(
      Object.entries(named('AWS::SQS::Queue')).map(([id, { Properties }]) => [id, Properties.MessageRetentionPeriod]),
    );
    expect(retention).toEqual({
      TransactionalCommandsQueue: 864_000,
      TransactionalCommandsDeadLetters: 1_209_600,
      TransactionalQrJobsQueue: 864_000,
      TransactionalQrJobsDeadLetters: 1_209_600,
      CampaignCommandsQueue: 864_000,
      CampaignCommandsDeadLetters: 1_209_600,
      CampaignQrJobsQueue: 864_000,
      CampaignQrJobsDeadLetters: 1_209_600,
      ExpiryExpiredQueue: 864_000,
      ExpiryExpiredDeadLetters: 1_209_600,
    });
  });

  test('hide a message for six timeouts and the window, and give it up after 20 deliveries', () => {
    const queues = named('AWS::SQS::Queue');
    const redrive = (id: string) => [
      queues[id]?.Properties.VisibilityTimeout,
      queues[id]?.Properties.RedrivePolicy.maxReceiveCount,
    ];
    expect(redrive('TransactionalCommandsQueue')).toEqual([180, 20]);
    expect(redrive('TransactionalQrJobsQueue')).toEqual([180, 20]);
    expect(redrive('CampaignCommandsQueue')).toEqual([365, 20]);
    expect(redrive('CampaignQrJobsQueue')).toEqual([365, 20]);
  });

  test('keep their logical IDs, since a replaced queue loses what waits in it', () => {
    expect(Object.keys(template.findResources('AWS::SQS::Queue')).sort()).toEqual([
      'PipelineCampaignCommandsDeadLetters8D39D113',
      'PipelineCampaignCommandsQueue4281C069',
      'PipelineCampaignQrJobsDeadLetters9C824D12',
      'PipelineCampaignQrJobsQueueE4E20E7B',
      'PipelineExpiryExpiredDeadLettersF9E764EA',
      'PipelineExpiryExpiredQueue8A8C1E2D',
      'PipelineTransactionalCommandsDeadLetters34BD394B',
      'PipelineTransactionalCommandsQueueEC0D7B0A',
      'PipelineTransactionalQrJobsDeadLettersFADAE39F',
      'PipelineTransactionalQrJobsQueueED08B4A0',
    ]);
  });

  test('are encrypted and spoken to over TLS only, each of them', () => {
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    template.resourceCountIs('AWS::SQS::QueuePolicy', 10);
    template.allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 'sqs:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });

  test('let in the principals of the producers that use the lane, and nobody else', () => {
    // Given
    const [crm, product] = settings().producers;
    const role = 'arn:aws:iam::111122223333:role/crm';
    const sourceArn = 'arn:aws:events:eu-west-1:111122223333:rule/signup';
    const stack = pipelineOf({
      producers: [
        { ...(crm ?? expect.fail()), principals: [{ account: '444455556666' }, { role }] },
        { ...(product ?? expect.fail()), principals: [{ service: 'events.amazonaws.com', sourceArn }] },
      ],
    });
    // When
    const policies = named('AWS::SQS::QueuePolicy', Template.fromStack(stack));
    const allowed = Object.entries(policies).flatMap(([id, { Properties }]) =>
      Properties.PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow').map(
        (statement: Record<string, unknown>) => [id, statement.Principal, statement.Condition],
      ),
    );
    // Then
    const accountAndRole = {
      AWS: [role, { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::444455556666:root']] }],
    };
    expect(allowed).toEqual([
      ['TransactionalCommandsQueuePolicy', accountAndRole, undefined],
      [
        'TransactionalCommandsQueuePolicy',
        { Service: 'events.amazonaws.com' },
        { ArnEquals: { 'aws:SourceArn': sourceArn } },
      ],
      ['CampaignCommandsQueuePolicy', accountAndRole, undefined],
    ]);
  });
});

describe('the workers', () => {
  const functions = named('AWS::Lambda::Function');
  const mappings = named('AWS::Lambda::EventSourceMapping');

  test('reserve what the rate budget gives them', () => {
    const sizes = Object.fromEntries(
      Object.entries(functions).map(([id, { Properties }]) => [
        id,
        [Properties.ReservedConcurrentExecutions, Properties.Timeout, Properties.MemorySize],
      ]),
    );
    expect(sizes).toEqual({
      TransactionalLinkWorkerFunction: [8, 30, 1_024],
      TransactionalQrWorkerFunction: [2, 30, 512],
      CampaignLinkWorkerFunction: [8, 60, 1_024],
      CampaignQrWorkerFunction: [2, 60, 512],
      ExpiryWorkerFunction: [2, 60, 256],
      GovernorWorkerFunction: [1, 55, 256],
      ReplayerWorkerFunction: [1, 300, 256],
    });
  });

  test('together send at most the account’s budget: concurrency of the template times pace of the environment', () => {
    const callers = Object.entries(functions).filter(([id]) => id !== 'ReplayerWorkerFunction');
    const rates = callers.map(([, { Properties }]) => {
      const { LINK_CALLS_PER_SECOND, QR_CALLS_PER_SECOND, EXPIRY_CALLS_PER_SECOND } = Properties.Environment.Variables;
      const pace = Number(LINK_CALLS_PER_SECOND ?? QR_CALLS_PER_SECOND ?? EXPIRY_CALLS_PER_SECOND ?? 1);
      return { qr: QR_CALLS_PER_SECOND !== undefined, rate: Properties.ReservedConcurrentExecutions * pace };
    });
    const sum = (all: { rate: number }[]) => all.reduce((total, { rate }) => total + rate, 0);
    // 8 × 17 + 2 × 5 + 8 × 97 + 2 × 6 + 2 × 4 + 1, of 1,000 × 95 %
    expect(sum(rates)).toBe(943);
    // 2 × 5 + 2 × 6, of 25 × 95 %
    expect(sum(rates.filter(({ qr }) => qr))).toBe(22);
  });

  test('are fed by mappings that never ask for more than is reserved', () => {
    const scaling = Object.fromEntries(
      Object.entries(mappings).map(([id, { Properties }]) => {
        const { BatchSize, MaximumBatchingWindowInSeconds, ScalingConfig } = Properties;
        return [id, [BatchSize, MaximumBatchingWindowInSeconds, ScalingConfig.MaximumConcurrency]];
      }),
    );
    expect(scaling).toEqual({
      TransactionalLinkWorkerMapping: [10, undefined, 8],
      TransactionalQrWorkerMapping: [10, undefined, 2],
      CampaignLinkWorkerMapping: [1_000, 5, 8],
      CampaignQrWorkerMapping: [100, 5, 2],
      ExpiryMapping: [100, 5, 2],
    });
    for (const [id, { Properties }] of Object.entries(mappings)) {
      const worker = id.replace(/(Worker)?Mapping/, 'WorkerFunction');
      expect(Properties.FunctionName.Ref).toContain(worker);
      expect(Properties.ScalingConfig.MaximumConcurrency).toBe(
        functions[worker]?.Properties.ReservedConcurrentExecutions,
      );
    }
  });

  test('hear of links that DynamoDB’s TTL deletes, and of no other change, through a pipe', () => {
    const pipes = Object.values(template.findResources('AWS::Pipes::Pipe'));
    expect(pipes).toHaveLength(1);
    const { Source, SourceParameters, Target } = pipes[0]?.Properties ?? {};
    expect(JSON.stringify(Source)).toContain('LedgerStreamArn');
    expect(JSON.stringify(Target)).toContain('PipelineExpiryExpiredQueue');
    expect(SourceParameters.DynamoDBStreamParameters).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      MaximumRetryAttempts: -1,
    });
    expect(
      SourceParameters.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern)),
    ).toEqual([
      {
        eventName: ['REMOVE'],
        userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] },
        dynamodb: { Keys: { pk: { S: [{ prefix: 'link#' }] } } },
      },
    ]);
  });

  test('report failures message by message, and leave to the operator whether a lane runs', () => {
    template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      Enabled: Match.absent(),
      ProvisionedPollerConfig: Match.absent(),
      FilterCriteria: Match.absent(),
    });
  });

  test('run on Node 24, arm64, with source maps and logs of their own', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogGroup: { Ref: Match.anyValue() } },
      Environment: {
        Variables: Match.objectLike({
          NODE_OPTIONS: '--enable-source-maps',
          POWERTOOLS_SERVICE_NAME: 'OneLink-production',
          POWERTOOLS_METRICS_NAMESPACE: 'OneLinkPipeline',
          POWERTOOLS_LOG_LEVEL: 'INFO',
        }),
      },
    });
    template.resourceCountIs('AWS::Logs::LogGroup', 7);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  /** Text that is put together at deployment, or one address. */
  const resolvedText = (value: unknown) => {
    const parts: unknown[] = Reflect.get(Object(value), 'Fn::Join')?.[1] ?? [value];
    return parts.map((part) => (typeof part === 'string' ? part : 'https://resolved.example')).join('');
  };

  /** A function's variables, with an address in place of what only the deployment knows. */
  const environmentOf = (id: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries<unknown>(functions[id]?.Properties.Environment.Variables).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : resolvedText(value),
      ]),
    );

  test('get environments that keep their contracts', () => {
    expect(qrWorkerEnvironment.parse(environmentOf('CampaignQrWorkerFunction'))).toMatchObject({
      LANE: 'campaign',
      QR_CALLS_PER_SECOND: 6,
      CALLS_IN_FLIGHT: 9,
      MAX_QR_ATTEMPTS: 8,
    });
    expect(governorEnvironment.parse(environmentOf('GovernorWorkerFunction'))).toMatchObject({
      APPSFLYER_ACCOUNT_ID: 'acc-demo',
      MONTHLY_QUOTA_CALLS: 7_500_000,
      LANES: [
        { name: 'transactional', reserveCalls: 20_000, dailyCapCalls: 500_000 },
        { name: 'campaign', reserveCalls: 750_000 },
        { name: 'expiry', reserveCalls: 20_000 },
      ],
    });
    expect(replayerEnvironment.parse(environmentOf('ReplayerWorkerFunction'))).toMatchObject({
      LANES: [
        { name: 'transactional', commandsPerSecond: 136, sendAhead: 1_000 },
        { name: 'campaign', commandsPerSecond: 776, sendAhead: 16_000 },
      ],
    });
    const resolved = environmentOf('CampaignLinkWorkerFunction');
    expect(linkWorkerEnvironment.parse(resolved)).toMatchObject({
      LANE: 'campaign',
      LINK_CALLS_PER_SECOND: 97,
      CALLS_IN_FLIGHT: 146,
      CALL_TIMEOUT_MILLISECONDS: 10_000,
      OUTCOMES_PER_PUBLISH: 10,
      PRODUCERS: [
        { source: 'crm', templates: ['A1b3', 'abc123'] },
        { source: 'studio', templates: ['A1b3', 'abc123'] },
      ],
      TEMPLATES: {
        A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] },
        abc123: { domain: 'globex.onelink.me', brandDomains: [] },
      },
      CONFLICT_POLICY: 'reject',
      QUOTA_RESERVE_CALLS: 750_000,
      REQUEST_HORIZON_DAYS: 75,
    });
  });

  test('of a latency lane tell each outcome by itself, and know only the producers of their lane', () => {
    const variables = functions.TransactionalLinkWorkerFunction?.Properties.Environment.Variables;
    expect(variables.OUTCOMES_PER_PUBLISH).toBe('1');
    expect(JSON.parse(variables.PRODUCERS).map(({ source }: { source: string }) => source)).toEqual(['crm', 'product']);
  });

  test('follow the lane’s own conflict policy where it has one', () => {
    const { campaign, transactional } = settings().lanes;
    if (!campaign || !transactional) expect.fail('no lanes');
    const stack = pipelineOf({ lanes: { transactional, campaign: { ...campaign, conflictPolicy: 'derive' } } });
    const workers = named('AWS::Lambda::Function', Template.fromStack(stack));
    const policies = Object.values(workers).map(({ Properties }) => Properties.Environment.Variables.CONFLICT_POLICY);
    expect(policies).toEqual(['reject', undefined, 'derive', ...Array(4).fill(undefined)]);
  });

  test('whose environment would not fit in 4 KB are refused with the cause', () => {
    const producers = Array.from({ length: 100 }, (_, index) => ({
      source: `producer-number-${index}`,
      principals: [],
      lanes: ['campaign'],
      templates: ['A1b3', 'abc123'],
    }));
    expect(() => pipelineOf({ producers })).toThrow(
      /^Test-stage\/Pipeline\/Campaign\/LinkWorker\/Worker: the environment must be at most 4,096 bytes \(Lambda\); got [\d,]+, of which PRODUCERS [\d,]+, .* Put fewer or shorter `producers`, `templates` or brand domains on the lane\.$/,
    );
  });

  test('without a pace are refused with the arithmetic', () => {
    const { campaign } = settings().lanes;
    if (!campaign) expect.fail('no lane');
    expect(() => pipelineOf({ lanes: { campaign: { ...campaign, rateShare: 0.001 } } })).toThrow(ConfigurationError);
  });
});

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
      expect(actions(`${lane}QrWorkerRole`)).toEqual([
        ...logs,
        ...consume,
        ...ledger,
        's3:DeleteObject',
        's3:PutObject',
        'sns:Publish',
        'secretsmanager:GetSecretValue',
      ]);
    }
    expect(actions('ExpiryWorkerRole')).toEqual([
      ...logs,
      ...consume,
      ...ledger,
      's3:PutObject',
      's3:DeleteObject',
      'sns:Publish',
      'secretsmanager:GetSecretValue',
    ]);
    expect(actions('GovernorWorkerRole')).toEqual([
      ...logs,
      'dynamodb:BatchGetItem',
      'dynamodb:PutItem',
      'lambda:GetEventSourceMapping',
      'lambda:UpdateEventSourceMapping',
      'secretsmanager:GetSecretValue',
    ]);
    expect(actions('ReplayerWorkerRole')).toEqual([
      ...logs,
      'dynamodb:BatchGetItem',
      'dynamodb:UpdateItem',
      's3:DeleteObject',
      's3:GetObject',
      's3:ListBucket',
      'sqs:GetQueueAttributes',
      'sqs:SendMessage',
    ]);
  });

  test('name their resources, with no wildcard but for the objects under one prefix', () => {
    const wild = statements.filter(({ actions, resources }) => `${actions}${resources}`.includes('*'));
    expect(
      wild.map(({ role, actions, resources }) => [
        role,
        actions,
        resources.map((one: string) => one.match(/\/[^"]*\*/)?.[0]),
      ]),
    ).toEqual([
      ['TransactionalLinkWorkerRole', ['s3:DeleteObject'], ['/qr/*']],
      ['TransactionalLinkWorkerRole', ['s3:PutObject'], ['/parked/*', '/rejected/*']],
      ['TransactionalQrWorkerRole', ['s3:DeleteObject', 's3:PutObject'], ['/qr/*']],
      ['CampaignLinkWorkerRole', ['s3:DeleteObject'], ['/qr/*']],
      ['CampaignLinkWorkerRole', ['s3:PutObject'], ['/parked/*', '/rejected/*']],
      ['CampaignQrWorkerRole', ['s3:DeleteObject', 's3:PutObject'], ['/qr/*']],
      ['ExpiryWorkerRole', ['s3:PutObject'], ['/history/*']],
      ['ExpiryWorkerRole', ['s3:DeleteObject'], ['/qr/*']],
      ['ReplayerWorkerRole', ['s3:DeleteObject', 's3:GetObject'], ['/parked/*']],
    ]);
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.allResourcesProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });

  test('let a QR worker, which makes and compares no links, have the API token and not the link-ID secret', () => {
    const secrets = statements.filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'));
    const known = Object.fromEntries(
      secrets.map(({ role, resources }) => [
        role,
        resources.filter((one: string) => one.includes('LinkIdSecret')).length,
      ]),
    );
    expect(known).toEqual({
      TransactionalLinkWorkerRole: 1,
      TransactionalQrWorkerRole: 0,
      CampaignLinkWorkerRole: 1,
      CampaignQrWorkerRole: 0,
      ExpiryWorkerRole: 1,
      GovernorWorkerRole: 0,
    });
  });
});

describe('the governor', () => {
  test('runs every minute, once, and forgets a poll that comes late', () => {
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)' });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    });
  });

  test('probes with the first template', () => {
    const { Properties } = named('AWS::Lambda::Function').GovernorWorkerFunction ?? expect.fail('no governor');
    expect(Properties.Environment.Variables).toMatchObject({
      APPSFLYER_ACCOUNT_ID: 'acc-demo',
      MONTHLY_QUOTA_CALLS: '7500000',
      PROBE_TEMPLATE_ID: 'A1b3',
    });
  });
});

describe('the outcome topic', () => {
  test('is encrypted and spoken to over TLS only', () => {
    const { Properties } = named('AWS::SNS::Topic').OutcomesTopic ?? expect.fail('no topic');
    expect(JSON.stringify(Properties.KmsMasterKeyId)).toContain(':alias/aws/sns');
    template.allResourcesProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });
});

describe('the outputs', () => {
  test('have the names that the command line and the runbook read', () => {
    expect(Object.keys(template.findOutputs('*')).sort()).toEqual([
      'ApiTokenSecretArn',
      'ArchiveBucketName',
      'CampaignDeadLetterQueueUrl',
      'CampaignLinkWorkerLogGroupName',
      'CampaignLinkWorkerMappingId',
      'CampaignQrDeadLetterQueueUrl',
      'CampaignQrQueueUrl',
      'CampaignQrWorkerLogGroupName',
      'CampaignQrWorkerMappingId',
      'CampaignQueueUrl',
      'ExpiredLinksDeadLetterQueueUrl',
      'ExpiredLinksQueueUrl',
      'ExpiryWorkerLogGroupName',
      'ExpiryWorkerMappingId',
      'GovernorFunctionName',
      'LedgerTableName',
      'LinkIdSecretArn',
      'OutcomeTopicArn',
      'QrBucketName',
      'ReplayerFunctionName',
      'TransactionalDeadLetterQueueUrl',
      'TransactionalLinkWorkerLogGroupName',
      'TransactionalLinkWorkerMappingId',
      'TransactionalQrDeadLetterQueueUrl',
      'TransactionalQrQueueUrl',
      'TransactionalQrWorkerLogGroupName',
      'TransactionalQrWorkerMappingId',
      'TransactionalQueueUrl',
    ]);
  });

  test('point each at its own', () => {
    const reference = (id: string) => template.findOutputs(id)[id]?.Value.Ref;
    expect(reference('CampaignQueueUrl')).toMatch(/^PipelineCampaignCommandsQueue/);
    expect(reference('CampaignDeadLetterQueueUrl')).toMatch(/^PipelineCampaignCommandsDeadLetters/);
    expect(reference('CampaignQrQueueUrl')).toMatch(/^PipelineCampaignQrJobsQueue/);
    expect(reference('CampaignQrDeadLetterQueueUrl')).toMatch(/^PipelineCampaignQrJobsDeadLetters/);
    expect(reference('CampaignLinkWorkerLogGroupName')).toMatch(/^PipelineCampaignLinkWorkerLogs/);
    expect(reference('CampaignQrWorkerMappingId')).toMatch(/^PipelineCampaignQrWorkerMapping/);
    expect(reference('ExpiryWorkerMappingId')).toMatch(/^PipelineExpiryMapping/);
    const imported = (id: string) => template.findOutputs(id)[id]?.Value['Fn::ImportValue'];
    expect(imported('ApiTokenSecretArn')).toContain('ApiToken');
    expect(imported('LinkIdSecretArn')).toContain('LinkIdSecret');
  });
});

describe('in somebody’s own app', () => {
  test('two pipelines do not clash, in two stacks or in one', () => {
    // Given
    const app = emptyApp();
    const first = pipelineOf({}, app, 'First-test');
    pipelineOf({}, app, 'Second-test');
    const state = new StateStack(app, 'Third-test-State', { settings: settings(), removalPolicy: 'destroy' });
    const stage = config.stages.staging ?? expect.fail('no stage');
    const account = config.accounts.acme ?? expect.fail('no account');
    new OneLinkPipeline(first, 'Third', { serviceName: 'Third-test', settings: settings(), account, stage, state });
    // When
    app.synth();
    // Then
    const both = Template.fromStack(first);
    both.resourceCountIs('AWS::Lambda::Function', 14);
    const names = Object.values(both.findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties.AlarmName,
    );
    expect(new Set(names).size).toBe(names.length);
  });

  test('a producer is granted one lane or all of them, and nothing but to send', () => {
    // Given
    const stack = pipelineOf({});
    const one = new Role(stack, 'One', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    const every = new Role(stack, 'Every', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    // When
    stack.pipeline.grantSend(one, 'campaign');
    stack.pipeline.grantSend(every);
    // Then
    const policies = named('AWS::IAM::Policy', Template.fromStack(stack));
    const granted = (id: string) =>
      policies[id]?.Properties.PolicyDocument.Statement.map(
        ({ Action, Resource }: { Action: string[]; Resource: unknown }) => [Action, [Resource].flat().length],
      );
    const send = ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'];
    expect(granted('OneDefaultPolicy')).toEqual([[send, 1]]);
    expect(granted('EveryDefaultPolicy')).toEqual([[send, 2]]);
    expect(() => stack.pipeline.grantSend(one, 'express')).toThrow(
      'must be one of the lanes transactional, campaign; got express',
    );
  });

  test('a producer is delivered the outcomes of its own source', () => {
    // Given
    const stack = pipelineOf({});
    // When
    stack.pipeline.subscribe(new Queue(stack, 'Outcomes'), 'crm');
    stack.pipeline.grantReadOutcomes(new AccountPrincipal('111122223333'));
    // Then
    const subscribed = Template.fromStack(stack);
    subscribed.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'sqs',
      RawMessageDelivery: true,
      FilterPolicy: { source: ['crm'] },
    });
    subscribed.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Effect: 'Allow', Action: 'sns:Subscribe' })]) },
    });
  });
});
