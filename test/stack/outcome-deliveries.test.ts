import { expect, test } from 'vitest';
import { configuredApp } from './configured-app.ts';
import { propertiesOf, withProducers } from './http-world.ts';

const outcomeUrl = 'https://hooks.acme.example/onelink?of=crm';
const { template } = configuredApp(withProducers({ crm: { outcomeUrl } }));
const posted = propertiesOf(template, 'AWS::SNS::Subscription').filter(({ Protocol }) => Protocol === 'https');

test('SNS posts the outcomes of one source to the producer’s address, in its signed envelope', () => {
  expect(posted).toEqual([
    {
      TopicArn: { Ref: expect.stringMatching(/^PipelineOutcomesTopic/) },
      Protocol: 'https',
      Endpoint: outcomeUrl,
      RawMessageDelivery: false,
      FilterPolicy: { source: ['crm'] },
      DeliveryPolicy: {
        healthyRetryPolicy: {
          numRetries: 12,
          minDelayTarget: 5,
          numMinDelayRetries: 2,
          maxDelayTarget: 300,
          numMaxDelayRetries: 6,
          backoffFunction: 'EXPONENTIAL',
        },
      },
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [expect.stringMatching(/^PipelineOutcomesDeliveriesDeadLetters/), 'Arn'] },
      },
    },
  ]);
});

test('SNS signs with SHA-256, which receivers check', () => {
  template.hasResourceProperties('AWS::SNS::Topic', { DisplayName: 'OneLink-production', SignatureVersion: '2' });
});

test('SNS tries for less than an hour, as it demands', () => {
  const { healthyRetryPolicy: policy } = posted[0]?.DeliveryPolicy ?? expect.fail('no delivery policy');
  const backOff = policy.numRetries - policy.numMinDelayRetries - policy.numMaxDelayRetries;
  const most =
    policy.numMinDelayRetries * policy.minDelayTarget + (backOff + policy.numMaxDelayRetries) * policy.maxDelayTarget;
  expect(most).toBe(3_010);
});

test('what SNS cannot deliver becomes a dead letter, which operators alone can read', () => {
  const outputs = template.findOutputs('OutcomeDeliveriesDeadLetterQueueUrl');
  const queue = outputs.OutcomeDeliveriesDeadLetterQueueUrl?.Value.Ref;
  const [policy] = propertiesOf(template, 'AWS::SQS::QueuePolicy').filter(({ Queues }) => Queues[0].Ref === queue);
  const allows = policy.PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
  expect(allows).toEqual([
    expect.objectContaining({
      Action: 'sqs:SendMessage',
      Principal: { Service: 'sns.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': { Ref: expect.stringMatching(/^PipelineOutcomesTopic/) } } },
    }),
  ]);
  const letters = template.findResources('AWS::SQS::Queue')[queue]?.Properties;
  expect(letters).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'OneLink-production-outcome-deliveries-failing',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Threshold: 1,
  });
});

test('the operations function may publish them again, and delete them', () => {
  const [operations] = Object.entries(template.findResources('AWS::Lambda::Function')).flatMap(
    ([id, { Properties }]) => (id.startsWith('PipelineOperations') ? [Properties] : []),
  );
  const queue = template.findOutputs('OutcomeDeliveriesDeadLetterQueueUrl').OutcomeDeliveriesDeadLetterQueueUrl?.Value;
  expect(operations?.Environment.Variables).toMatchObject({
    OUTCOME_TOPIC_ARN: { Ref: expect.stringMatching(/^PipelineOutcomesTopic/) },
    UNDELIVERED_OUTCOMES_URL: queue,
  });
  const [role] = Object.entries(template.findResources('AWS::IAM::Role')).flatMap(([id, { Properties }]) =>
    id.startsWith('PipelineOperations') ? [Properties] : [],
  );
  const statements: { Action: string | string[] }[] = role?.Policies.flatMap(
    (one: { PolicyDocument: { Statement: object[] } }) => one.PolicyDocument.Statement,
  );
  const deletes = statements.filter(({ Action }) => [Action].flat().includes('sqs:DeleteMessage'));
  expect(JSON.stringify(deletes)).toContain(queue.Ref);
  expect(statements).toContainEqual({
    Action: 'sns:Publish',
    Effect: 'Allow',
    Resource: { Ref: expect.stringMatching(/^PipelineOutcomesTopic/) },
  });
});

test('without an address, there is no subscription, queue, alarm or output', () => {
  const { template: none } = configuredApp();
  const resources = Object.entries(none.toJSON().Resources as Record<string, { Type: string }>);
  // The runbook names them in the entry of another alarm.
  const others = resources.filter(([, { Type }]) => Type !== 'AWS::SSM::Document');
  expect(JSON.stringify([others, none.findOutputs('*')])).not.toMatch(
    /OutcomesDeliver|OutcomeDeliver|outcome-deliver|"https"/,
  );
});
