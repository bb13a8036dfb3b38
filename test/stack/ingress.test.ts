import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { named, pipelineOf, settings } from './shipped-pipeline.ts';

const sourceArn = 'arn:aws:events:eu-west-1:111122223333:rule/signup';
const role = 'arn:aws:iam::111122223333:role/crm';
const [crm, product, studio] = settings().producers;

/** The sample's pipeline, whose crm also sends from another account, and whose product sends from a rule alone. */
const stack = pipelineOf({
  producers: [
    {
      ...(crm ?? expect.fail()),
      lanes: ['campaign'],
      principals: [{ account: '444455556666' }, { role, senderId: 'AROAEXAMPLEOFACRMROLE' }],
    },
    {
      ...(product ?? expect.fail()),
      source: 'product.eu-1',
      lanes: ['transactional'],
      principals: [{ service: 'events.amazonaws.com', sourceArn }],
    },
    { ...(studio ?? expect.fail()), principals: [{ role: 'arn:aws:iam::111122223333:role/studio' }] },
  ],
});
const template = Template.fromStack(stack);
const one = (type: string, id: string) => named(type, template)[id]?.Properties ?? expect.fail(`no ${id}`);

describe('an ingress queue', () => {
  test('belongs to each producer with an account or a service as principal, and each of its lanes', () => {
    const queues = Object.keys(named('AWS::SQS::Queue', template)).filter((id) => id.startsWith('Ingress'));
    expect(queues.sort()).toEqual([
      'IngressCampaignCrmDeadLetters',
      'IngressCampaignCrmQueue',
      'IngressTransactionalProductZ2eeuZ2d1DeadLetters',
      'IngressTransactionalProductZ2eeuZ2d1Queue',
    ]);
  });

  test('admits exactly these principals, a service only from its source, and only over TLS', () => {
    const allowed = (id: string) =>
      one('AWS::SQS::QueuePolicy', id).PolicyDocument.Statement.map(
        ({ Effect, Action, Principal, Condition }: Record<string, unknown>) => [Effect, Action, Principal, Condition],
      );
    const tls = ['Deny', 'sqs:*', { AWS: '*' }, { Bool: { 'aws:SecureTransport': 'false' } }];
    const account = { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::444455556666:root']] } };
    const find = ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'];
    expect(allowed('IngressCampaignCrmQueuePolicy')).toEqual([tls, ['Allow', find, account, undefined]]);
    expect(allowed('IngressTransactionalProductZ2eeuZ2d1QueuePolicy')).toEqual([
      tls,
      ['Allow', 'sqs:SendMessage', { Service: 'events.amazonaws.com' }, { ArnEquals: { 'aws:SourceArn': sourceArn } }],
    ]);
    expect(allowed('IngressCampaignCrmDeadLettersPolicy')).toEqual([tls]);
  });

  test('keeps messages as long as a lane’s, encrypted, and takes nothing that its lane’s queue would refuse for its size', () => {
    expect(one('AWS::SQS::Queue', 'IngressCampaignCrmQueue')).toMatchObject({
      MessageRetentionPeriod: 864_000,
      SqsManagedSseEnabled: true,
      // 1 MiB less 1 KiB for the forwarder's attributes.
      MaximumMessageSize: 1_047_552,
      // Six times sixty seconds, and the window.
      VisibilityTimeout: 365,
      RedrivePolicy: { maxReceiveCount: 20 },
    });
    expect(one('AWS::SQS::Queue', 'IngressTransactionalProductZ2eeuZ2d1Queue').VisibilityTimeout).toBe(360);
    expect(one('AWS::SQS::Queue', 'IngressCampaignCrmDeadLetters').MessageRetentionPeriod).toBe(1_209_600);
  });

  test('has outputs that name its URLs and its mapping', () => {
    const outputs = Object.keys(template.findOutputs('*')).filter((id) => /Ingress|Forwarder/.test(id));
    expect(outputs.sort()).toEqual([
      'CampaignIngressDeadLetterQueueUrlCrm',
      'CampaignIngressMappingIdCrm',
      'CampaignIngressQueueUrlCrm',
      'ForwarderLogGroupName',
      'TransactionalIngressDeadLetterQueueUrlProductZ2eeuZ2d1',
      'TransactionalIngressMappingIdProductZ2eeuZ2d1',
      'TransactionalIngressQueueUrlProductZ2eeuZ2d1',
    ]);
  });

  test('binds its producer', () => {
    const [warning, ...others] = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('Nothing binds'));
    expect(warning?.entry.data).toContain('Nothing binds the sources studio:');
    expect(others).toEqual([]);
  });
});

describe('the forwarder', () => {
  test('takes from each ingress queue with its lane’s batch and window', () => {
    const mapping = (id: string) => one('AWS::Lambda::EventSourceMapping', id);
    expect(mapping('IngressCampaignCrmMapping')).toMatchObject({
      BatchSize: 1_000,
      MaximumBatchingWindowInSeconds: 5,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(mapping('IngressTransactionalProductZ2eeuZ2d1Mapping')).toMatchObject({
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    // As many environments as both mappings may use.
    expect(one('AWS::Lambda::Function', 'IngressWorkerFunction').ReservedConcurrentExecutions).toBe(4);
  });

  test('may receive from ingress queues and send to lanes’ queues, and nothing else', () => {
    const [{ PolicyDocument }] = one('AWS::IAM::Role', 'IngressWorkerRole').Policies;
    const granted = PolicyDocument.Statement.map(({ Action, Resource }: { Action: string; Resource: unknown }) => [
      Action,
      [Resource].flat().map((resource) => JSON.stringify(resource).match(/"Pipeline(\w+?)[0-9A-F]{8}"/)?.[1]),
    ]);
    expect(granted).toEqual([
      [['logs:CreateLogStream', 'logs:PutLogEvents'], ['IngressWorkerLogs']],
      [
        ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
        ['IngressCampaignCrmQueue', 'IngressTransactionalProductZ2eeuZ2d1Queue'],
      ],
      ['sqs:SendMessage', ['CampaignCommandsQueue', 'TransactionalCommandsQueue']],
    ]);
  });

  test('vouches for first senders at the link workers', () => {
    const { Variables } = one('AWS::Lambda::Function', 'CampaignLinkWorkerFunction').Environment;
    expect(JSON.stringify(Variables.OWN_SENDERS)).toMatch(/"PipelineIngressWorkerRole[0-9A-F]{8}","RoleId"/);
    expect(JSON.parse(Variables.SENDERS)).toEqual({ crm: ['AROAEXAMPLEOFACRMROLE'], 'product.eu-1': [] });
  });

  test('has alarms on its errors, on what it cannot pass on, and on each queue’s age and dead letters', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).flatMap(({ Properties }) => {
      const { AlarmName, MetricName, Threshold, EvaluationPeriods, Period } = Properties;
      return /ingress|forward/.test(AlarmName)
        ? [[AlarmName.replace('Test-stage-', ''), `${MetricName} ${Period} s × ${EvaluationPeriods} >= ${Threshold}`]]
        : [];
    });
    expect(Object.fromEntries(alarms)).toEqual({
      'campaign-ingress-crm-dead-letters': 'ApproximateNumberOfMessagesVisible 60 s × 1 >= 1',
      'campaign-ingress-crm-ingress-late': 'ApproximateAgeOfOldestMessage 60 s × 5 >= 900',
      'transactional-ingress-product.eu-1-dead-letters': 'ApproximateNumberOfMessagesVisible 60 s × 1 >= 1',
      'transactional-ingress-product.eu-1-ingress-late': 'ApproximateAgeOfOldestMessage 60 s × 5 >= 900',
      'forwarding-failed': 'ForwardFailed 300 s × 3 >= 1',
      'forwarder-function-errors': 'Errors 900 s × 1 >= 3',
    });
  });
});

test('without ingress queues a pipeline has no forwarder', () => {
  const none = Template.fromStack(pipelineOf({}));
  expect(Object.keys(none.toJSON().Resources).filter((id) => id.includes('Ingress'))).toEqual([]);
  expect(Object.keys(none.findOutputs('*')).filter((id) => /Ingress|Forwarder/.test(id))).toEqual([]);
});
