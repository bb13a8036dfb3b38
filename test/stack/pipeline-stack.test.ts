import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import type { ProducerPrincipal } from '../../lib/config/config-schema.ts';
import { named, pipelineOf, settings, template } from './shipped-pipeline.ts';

describe('the queues', () => {
  test('keep commands for 10 days and dead letters for 14, because both count from the first sent time', () => {
    const retention = Object.fromEntries(
      Object.entries(named('AWS::SQS::Queue')).map(([id, { Properties }]) => [id, Properties.MessageRetentionPeriod]),
    );
    expect(retention).toEqual({
      TransactionalCommandsQueue: 864_000,
      TransactionalCommandsDeadLetters: 1_209_600,
      CampaignCommandsQueue: 864_000,
      CampaignCommandsDeadLetters: 1_209_600,
      QrJobsQueue: 864_000,
      QrJobsDeadLetters: 1_209_600,
      ExpiryExpiredQueue: 864_000,
      ExpiryExpiredDeadLetters: 1_209_600,
      OutcomesOfCrmQueue: 864_000,
      OutcomesOfCrmDeadLetters: 1_209_600,
      PrivateOutcomesOfCrmQueue: 864_000,
      PrivateOutcomesOfCrmDeadLetters: 1_209_600,
    });
  });

  test('have a visibility timeout of six timeouts and the window, and 20 deliveries before the dead-letter queue', () => {
    const queues = named('AWS::SQS::Queue');
    const redrive = (id: string) => [
      queues[id]?.Properties.VisibilityTimeout,
      queues[id]?.Properties.RedrivePolicy.maxReceiveCount,
    ];
    expect(redrive('TransactionalCommandsQueue')).toEqual([180, 20]);
    expect(redrive('CampaignCommandsQueue')).toEqual([365, 20]);
    expect(redrive('QrJobsQueue')).toEqual([361, 20]);
  });

  test('keep their logical IDs, because a replaced queue loses its messages', () => {
    expect(Object.keys(template.findResources('AWS::SQS::Queue')).sort()).toEqual([
      'PipelineCampaignCommandsDeadLetters8D39D113',
      'PipelineCampaignCommandsQueue4281C069',
      'PipelineExpiryExpiredDeadLettersF9E764EA',
      'PipelineExpiryExpiredQueue8A8C1E2D',
      'PipelineOutcomesOfCrmDeadLettersC40DE912',
      'PipelineOutcomesOfCrmQueue22AE1462',
      'PipelinePrivateOutcomesOfCrmDeadLetters66F46FA3',
      'PipelinePrivateOutcomesOfCrmQueue2F208411',
      'PipelineQrJobsDeadLetters4BD0B4C5',
      'PipelineQrJobsQueue2B0FE1CA',
      'PipelineTransactionalCommandsDeadLetters34BD394B',
      'PipelineTransactionalCommandsQueueEC0D7B0A',
    ]);
  });

  test('are all encrypted, and accept only TLS', () => {
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    template.resourceCountIs('AWS::SQS::QueuePolicy', 12);
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

  test('admit only the roles and users of the producers that use the lane, in a statement for each producer', () => {
    // Given
    const [crm, product, studio] = settings().producers;
    const [role, studioRole] = ['arn:aws:iam::111122223333:role/crm', 'arn:aws:iam::111122223333:role/studio'];
    const user = 'arn:aws:iam::111122223333:user/crm';
    const ofCrm = [{ account: '444455556666' }, { role, senderId: 'AROAEXAMPLEOFACRMROLE' }, { user }];
    const stack = pipelineOf({
      producers: [
        { ...(crm ?? expect.fail()), principals: ofCrm },
        { ...(product ?? expect.fail()), principals: [] },
        { ...(studio ?? expect.fail()), principals: [{ role: studioRole }] },
      ],
    });
    // When
    const policies = named('AWS::SQS::QueuePolicy', Template.fromStack(stack));
    const lanes = Object.entries(policies).filter(([id]) => id.includes('Commands'));
    const allowed = lanes.flatMap(([id, { Properties }]) =>
      Properties.PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow').map(
        ({ Sid, Action, Principal, Condition }: Record<string, unknown>) => [id, Sid, Action, Principal, Condition],
      ),
    );
    // Then
    const actions = ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'];
    const crmSid = expect.stringMatching(/^ProducercrmZV[0-9a-f]{8}$/);
    const [transactional, campaign] = ['TransactionalCommandsQueuePolicy', 'CampaignCommandsQueuePolicy'];
    expect(allowed).toEqual([
      [transactional, crmSid, actions, { AWS: [role, user] }, undefined],
      [campaign, crmSid, actions, { AWS: [role, user] }, undefined],
      [campaign, 'Producerstudio', actions, { AWS: studioRole }, undefined],
    ]);
  });
});

describe('synthesis', () => {
  const role = 'arn:aws:iam::111122223333:role/crm';
  const user = 'arn:aws:iam::111122223333:user/crm';
  const warningsOf = (principals: ProducerPrincipal[], producers = 3) => {
    const [crm, ...others] = settings().producers;
    const bound = { ...(crm ?? expect.fail()), principals };
    const unbound = others.map((producer) => ({ ...producer, principals: [] }));
    const stack = pipelineOf({ producers: [bound, ...unbound].slice(0, producers) });
    return Annotations.fromStack(stack)
      .findWarning('*', Match.anyValue())
      .map(({ entry }) => entry.data);
  };

  test('names the sources that nothing binds', () => {
    expect(warningsOf([{ role, senderId: 'AROAEXAMPLEOFACRMROLE' }])).toEqual([
      'Nothing binds the sources product, studio: every sender that can reach their lane’s queue may send as them. Give their ' +
        'principals a senderId. [ack: onelink:unbound-sources]',
    ]);
  });

  test('names the principals of a bound source whose commands it holds', () => {
    expect(warningsOf([{ role, senderId: 'AROAEXAMPLEOFACRMROLE' }, { user }], 1)).toEqual([
      `The commands of crm from ${user} are held, because it has no senderId. [ack: onelink:held-principals]`,
    ]);
  });

  test('has no warning if all senders are known', () => {
    expect(warningsOf([{ role, senderId: 'AROAEXAMPLEOFACRMROLE' }], 1)).toEqual([]);
  });
});

describe('the governor', () => {
  test('runs every minute, without retries, and drops a run that is a minute late', () => {
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)' });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    });
  });

  test('probes the first template', () => {
    const { Properties } = named('AWS::Lambda::Function').GovernorWorkerFunction ?? expect.fail('no governor');
    expect(Properties.Environment.Variables).toMatchObject({
      APPSFLYER_ACCOUNT_ID: 'acc-demo',
      MONTHLY_QUOTA_CALLS: '7500000',
      PROBE_TEMPLATE_ID: 'A1b3',
    });
  });
});

describe('the outcome topic', () => {
  test('is encrypted, and accepts only TLS', () => {
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
      'AuditBucketName',
      'AuditLogGroupName',
      'AuditorPolicyArn',
      'BrowserPolicyArn',
      'CampaignBucketName',
      'CampaignCheckerFunctionName',
      'CampaignCheckerLogGroupName',
      'CampaignCheckerMappingId',
      'CampaignDeadLetterQueueUrl',
      'CampaignFilesDeadLetterQueueUrl',
      'CampaignFilesQueueUrl',
      'CampaignLinkWorkerLogGroupName',
      'CampaignLinkWorkerMappingId',
      'CampaignOwnerCrmPolicyArn',
      'CampaignOwnerProductPolicyArn',
      'CampaignOwnerStudioPolicyArn',
      'CampaignQueueUrl',
      'CampaignSenderFunctionName',
      'CampaignSenderLogGroupName',
      'CrmOutcomeDeadLetterQueueUrl',
      'CrmOutcomeQueueUrl',
      'ExpiredLinksDeadLetterQueueUrl',
      'ExpiredLinksQueueUrl',
      'ExpiryIntakeFunctionName',
      'ExpiryIntakeLogGroupName',
      'ExpiryIntakeMappingId',
      'ExpiryWorkerLogGroupName',
      'ExpiryWorkerMappingId',
      'GovernorFunctionName',
      'GovernorLogGroupName',
      'HttpApiFunctionName',
      'HttpApiLogGroupName',
      'HttpApiUrl',
      'HttpAuthorizerLogGroupName',
      'HttpKeysSecret',
      'LedgerTableName',
      'LinkIdSecretArn',
      'OnCallPolicyArn',
      'OperationsFunctionArn',
      'OperationsFunctionName',
      'OperationsLogGroupName',
      'OperatorPolicyArn',
      'OutcomeTopicArn',
      'PageTopicArn',
      'PrivacyPolicyArn',
      'PrivateOutcomeDeadLetterQueueUrlCrm',
      'PrivateOutcomeQueueUrlCrm',
      'ProducerCrmPolicyArn',
      'ProducerProductPolicyArn',
      'ProducerStudioPolicyArn',
      'PurgePolicyArn',
      'QrBucketName',
      'QrJobsDeadLetterQueueUrl',
      'QrJobsQueueUrl',
      'QrWorkerLogGroupName',
      'QrWorkerMappingId',
      'ReaderFunctionName',
      'ReaderLogGroupName',
      'ReaderPolicyArn',
      'ReplayerFunctionName',
      'ReplayerLogGroupName',
      'SupportPolicyArn',
      'SupportPolicyArn2',
      'TicketTopicArn',
      'TransactionalDeadLetterQueueUrl',
      'TransactionalLinkWorkerLogGroupName',
      'TransactionalLinkWorkerMappingId',
      'TransactionalQueueUrl',
      'VouchingRoleIds',
    ]);
  });

  test('refer to their own resources', () => {
    const reference = (id: string) => template.findOutputs(id)[id]?.Value.Ref;
    expect(reference('CampaignQueueUrl')).toMatch(/^PipelineCampaignCommandsQueue/);
    expect(reference('CampaignDeadLetterQueueUrl')).toMatch(/^PipelineCampaignCommandsDeadLetters/);
    expect(reference('QrJobsQueueUrl')).toMatch(/^PipelineQrJobsQueue/);
    expect(reference('QrJobsDeadLetterQueueUrl')).toMatch(/^PipelineQrJobsDeadLetters/);
    expect(reference('CampaignLinkWorkerLogGroupName')).toMatch(/^PipelineCampaignLinkWorkerLogs/);
    expect(reference('QrWorkerMappingId')).toMatch(/^PipelineQrMapping/);
    expect(reference('ExpiryWorkerMappingId')).toMatch(/^PipelineExpiryMapping/);
    expect(reference('ExpiryIntakeMappingId')).toMatch(/^PipelineExpiryIntakeMapping/);
    expect(reference('GovernorLogGroupName')).toMatch(/^PipelineGovernor.*Logs/);
    expect(reference('ReplayerLogGroupName')).toMatch(/^PipelineReplayer.*Logs/);
    expect(reference('PageTopicArn')).toMatch(/^PipelineAlarmsPage/);
    expect(reference('TicketTopicArn')).toMatch(/^PipelineAlarmsTicket/);
    const imported = (id: string) => template.findOutputs(id)[id]?.Value['Fn::ImportValue'];
    expect(JSON.stringify(template.findOutputs('VouchingRoleIds'))).toMatch(
      /PipelineReplayer\w+","RoleId".*PipelineOperations\w+","RoleId"/,
    );
    expect(imported('ApiTokenSecretArn')).toContain('ApiToken');
    expect(imported('LinkIdSecretArn')).toContain('LinkIdSecret');
    expect(imported('CampaignFilesQueueUrl')).toContain('CampaignFilesQueue');
    expect(imported('CampaignFilesDeadLetterQueueUrl')).toContain('CampaignFilesDeadLetters');
    expect(reference('CampaignCheckerFunctionName')).toMatch(/^PipelineCampaignsCheckerWorkerFunction/);
    expect(reference('CampaignSenderFunctionName')).toMatch(/^PipelineCampaignsSenderWorkerFunction/);
  });
});

describe('in another app', () => {
  test('a grant to a producer allows only to send, to one lane or to all', () => {
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

  test('a subscription delivers the outcomes of one source to a queue', () => {
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
