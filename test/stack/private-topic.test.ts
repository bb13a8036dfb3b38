import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { producerWorld } from './producer-world.ts';
import { pipelineOf, settings } from './shipped-pipeline.ts';

const { names, queueArn, whoMay, operatorMay, topicMaySend, topicArns } = producerWorld();

const readersOf: Record<string, string[]> = {
  PrivateOutcomeQueueUrlCrm: ['role crm', 'user crm'],
  PrivateOutcomeQueueUrlCrm2: ['account of crm2'],
  PrivateOutcomeQueueUrlShopZ2eeu: ['shared role', 'role shop'],
};
const [publicTopic = '', privateTopic = ''] = [topicArns.Outcomes, topicArns.PrivateOutcomes];
const letters = (name: string) => queueArn(name.replace('QueueUrl', 'DeadLetterQueueUrl'));

describe('a private outcome queue', () => {
  test('is there for each producer that wants one', () => {
    expect(names.filter((name) => name.startsWith('PrivateOutcomeQueueUrl')).sort()).toEqual(
      Object.keys(readersOf).sort(),
    );
  });

  test.each(Object.entries(readersOf))(
    '%s: its producer’s principals may receive, letters too',
    async (name, readers) => {
      for (const queue of [queueArn(name), letters(name)]) {
        for (const action of ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes']) {
          expect([action, await whoMay(`sqs:${action}`, queue)]).toEqual([action, readers]);
        }
        for (const action of ['SendMessage', 'PurgeQueue', 'SetQueueAttributes', 'AddPermission', 'DeleteQueue']) {
          expect([action, await whoMay(`sqs:${action}`, queue)]).toEqual([action, []]);
        }
      }
    },
  );

  test.each(Object.keys(readersOf))('%s: an administrator of the account may not receive', async (name) => {
    for (const queue of [queueArn(name), letters(name)]) {
      expect(await operatorMay('sqs:ReceiveMessage', queue)).toBe(false);
      expect(await operatorMay('sqs:GetQueueAttributes', queue)).toBe(true);
    }
  });

  test.each(Object.keys(readersOf))('%s: only the private topic may send to it', async (name) => {
    expect(await topicMaySend(privateTopic, queueArn(name))).toBe(true);
    expect(await topicMaySend(privateTopic, letters(name))).toBe(true);
    expect(await topicMaySend(publicTopic, queueArn(name))).toBe(false);
  });
});

describe('the private topic', () => {
  const subscribe = (protocol: string, endpoint: string) => ({ 'sns:Protocol': protocol, 'sns:Endpoint': endpoint });

  test('takes only the private queues as subscribers, from the administrator too', async () => {
    const crm = queueArn('PrivateOutcomeQueueUrlCrm');
    expect(await operatorMay('sns:Subscribe', privateTopic, subscribe('sqs', crm))).toBe(true);
    for (const [protocol, endpoint] of [
      ['sqs', queueArn('CrmOutcomeQueueUrl')],
      ['sqs', 'arn:aws:sqs:eu-west-1:444455556666:PrivateOutcomes'],
      ['https', 'https://listener.example/'],
      ['email', 'somebody@acme.example'],
    ] as const) {
      expect([endpoint, await operatorMay('sns:Subscribe', privateTopic, subscribe(protocol, endpoint))]).toEqual([
        endpoint,
        false,
      ]);
    }
  });

  test('is closed to producers: they may neither subscribe nor publish', async () => {
    const crm = subscribe('sqs', queueArn('PrivateOutcomeQueueUrlCrm'));
    expect(await whoMay('sns:Subscribe', privateTopic, crm)).toEqual([]);
    expect(await whoMay('sns:Publish', privateTopic)).toEqual([]);
  });

  test('is encrypted, and each subscription has the filter of its source', () => {
    const template = Template.fromStack(
      pipelineOf({ producers: settings().producers.map((one) => ({ ...one, privateOutcomeQueue: true })) }),
    );
    const topics = Object.entries(template.findResources('AWS::SNS::Topic'));
    const [[id, topic] = ['', {}]] = topics.filter(([name]) => name.includes('PrivateOutcomes'));
    expect(topic).toMatchObject({ Properties: { KmsMasterKeyId: expect.anything(), SignatureVersion: '2' } });
    const subscriptions = Object.values(template.findResources('AWS::SNS::Subscription')).filter(
      ({ Properties }) => Properties.TopicArn.Ref === id,
    );
    expect(subscriptions.map(({ Properties }) => Properties.FilterPolicy)).toEqual([
      { source: ['crm'] },
      { source: ['product'] },
      { source: ['studio'] },
    ]);
  });
});

test('without a producer that asks for it, nothing of it is there', () => {
  const without = settings().producers.map(({ privateOutcomeQueue: _, ...one }) => one);
  const { Resources, Outputs } = Template.fromStack(pipelineOf({ producers: without })).toJSON();
  // The runbook explains what other pipelines have.
  const resources = Object.entries(Resources).filter(
    ([, one]) => Reflect.get(Object(one), 'Type') !== 'AWS::SSM::Document',
  );
  expect(JSON.stringify([resources, Outputs])).not.toMatch(/private/i);
});
