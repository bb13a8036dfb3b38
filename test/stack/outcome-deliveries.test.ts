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

test('without an address, there is no subscription, queue, alarm or output', () => {
  const { template: none } = configuredApp();
  expect(JSON.stringify(none.toJSON())).not.toMatch(/OutcomesDeliver|OutcomeDeliver|outcome-deliver|"https"/);
});
