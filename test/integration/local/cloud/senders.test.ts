import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { CfnOutput, Duration } from 'aws-cdk-lib';
import type { CfnRole } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { everything, serviceOf, sessionOf, userOf } from '../../../../local/cloud/access/caller.ts';
import type { LocalCloud } from '../../../../local/cloud/cloud.ts';
import { openBench, printed, urlOf } from './fixture.ts';

function sqsOf(cloud: LocalCloud, accessKeyId?: string): SQSClient {
  const sqs = new SQSClient(cloud.clientConfig('sqs', accessKeyId));
  onTestFinished(() => sqs.destroy());
  return sqs;
}

/** The next messages of a queue, sorted by body: who sent each, and in which group. */
async function received(cloud: LocalCloud, QueueUrl: string, count: number): Promise<unknown[]> {
  const sqs = sqsOf(cloud);
  const messages: Message[] = [];
  await expect
    .poll(async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['SenderId', 'MessageGroupId'],
        }),
      );
      return messages.push(...Messages);
    })
    .toBeGreaterThanOrEqual(count);
  return messages
    .map(({ Body, Attributes }) => ({ Body, ...Attributes }))
    .sort((one, other) => String(one.Body).localeCompare(String(other.Body)));
}

test('a message has the ID of the one who sent it, and its group', async () => {
  // Given a queue, and two producers
  const bench = await openBench();
  new Queue(bench.stack, 'Inbox');
  const cloud = await bench.start({
    callers: {
      'producer-crm': sessionOf('arn:aws:iam::000000000000:role/teams/crm', 'sender', [everything], 'AROACRM'),
      'producer-studio': userOf('arn:aws:iam::000000000000:user/studio', [everything], 'AIDASTUDIO'),
    },
  });
  const QueueUrl = await urlOf(cloud, 'Inbox');

  // When each of them and the operator sends
  await sqsOf(cloud, 'producer-crm').send(
    new SendMessageCommand({ QueueUrl, MessageBody: '1', MessageGroupId: 'gold', MessageAttributes: {} }),
  );
  const Entries = [
    { Id: 'a', MessageBody: '2', MessageGroupId: 'one' },
    // SQS refuses this entry.
    { Id: 'b', MessageBody: '\u0000', MessageGroupId: 'two' },
    { Id: 'c', MessageBody: '3', MessageGroupId: 'three' },
  ];
  await sqsOf(cloud, 'producer-studio').send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  await sqsOf(cloud).send(new SendMessageCommand({ QueueUrl, MessageBody: '4' }));

  // Then each message has its sender and its group
  expect(await received(cloud, QueueUrl, 4)).toEqual([
    { Body: '1', SenderId: 'AROACRM:sender', MessageGroupId: 'gold' },
    { Body: '2', SenderId: 'AIDASTUDIO', MessageGroupId: 'one' },
    { Body: '3', SenderId: 'AIDASTUDIO', MessageGroupId: 'three' },
    { Body: '4', SenderId: expect.stringMatching(/^AIDA[0-9A-F]{17}$/) },
  ]);
});

test('what a topic delivers has the ID of SNS, and not that of the publisher', async () => {
  // Given a queue that is subscribed to a topic
  const bench = await openBench();
  const queue = new Queue(bench.stack, 'Inbox');
  const topic = new Topic(bench.stack, 'Topic');
  topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
  new CfnOutput(bench.stack, 'TopicArn', { value: topic.topicArn });
  const crm = userOf('arn:aws:iam::000000000000:user/crm', [everything], 'AIDACRM');
  const cloud = await bench.start({ callers: { 'producer-crm': crm } });
  const sns = new SNSClient(cloud.clientConfig('sns', 'producer-crm'));
  onTestFinished(() => sns.destroy());

  // When a producer publishes
  const { TopicArn } = cloud.outputs.Bench ?? expect.fail();
  await sns.send(new PublishCommand({ TopicArn, Message: 'news' }));

  // Then the message has SNS's ID
  const { senderId } = serviceOf('sns.amazonaws.com');
  expect(senderId).toMatch(/^AIDA[0-9A-F]{17}$/);
  expect(await received(cloud, await urlOf(cloud, 'Inbox'), 1)).toEqual([{ Body: 'news', SenderId: senderId }]);
});

test('a function gets the sender, sends as its role, and a dead letter keeps its sender', async () => {
  // Given a function that forwards each message, and then fails
  const bench = await openBench();
  const outbox = new Queue(bench.stack, 'Outbox');
  const dead = new Queue(bench.stack, 'Dead');
  const inbox = new Queue(bench.stack, 'Inbox', {
    visibilityTimeout: Duration.seconds(3),
    deadLetterQueue: { queue: dead, maxReceiveCount: 1 },
  });
  const source = `
    import { createRequire } from 'node:module';
    const { SQSClient, SendMessageCommand } = createRequire('${import.meta.filename}')('@aws-sdk/client-sqs');
    export const handler = async ({ Records: [{ body, attributes }] }) => {
      console.log(JSON.stringify({ body, sender: attributes.SenderId, group: attributes.MessageGroupId }));
      await new SQSClient().send(new SendMessageCommand({ QueueUrl: process.env.OUTBOX, MessageBody: body }));
      throw new Error('too bad');
    };`;
  const forwarder = bench.declareFunction(bench.stack, 'Forwarder', source, {
    functionName: 'forwarder',
    timeout: Duration.seconds(3),
    environment: { OUTBOX: outbox.queueUrl },
  });
  outbox.grantSendMessages(forwarder);
  forwarder.addEventSource(new SqsEventSource(inbox, { batchSize: 1, maxConcurrency: 2 }));
  const role = forwarder.role?.node.defaultChild as CfnRole;
  new CfnOutput(bench.stack, 'RoleId', { value: role.attrRoleId });
  const cloud = await bench.start({
    callers: { crm: userOf('arn:aws:iam::000000000000:user/crm', [everything], 'AIDACRM') },
  });

  // When a producer sends
  await sqsOf(cloud, 'crm').send(
    new SendMessageCommand({ QueueUrl: await urlOf(cloud, 'Inbox'), MessageBody: 'hello', MessageGroupId: 'gold' }),
  );

  // Then the function's event has the producer's ID and group
  await expect.poll(() => printed(bench, cloud, 'Forwarder')).toHaveLength(1);
  const events = await printed(bench, cloud, 'Forwarder');
  expect(events[0]).toEqual({ body: 'hello', sender: 'AIDACRM', group: 'gold' });
  // And what the function sends has its role's ID, which the template can name
  const { RoleId } = cloud.outputs.Bench ?? expect.fail();
  expect(RoleId).toMatch(/^AROA[0-9A-F]{17}$/);
  expect(await received(cloud, await urlOf(cloud, 'Outbox'), 1)).toEqual([
    { Body: 'hello', SenderId: `${RoleId}:forwarder` },
  ]);
  // And the dead letter has the producer's
  expect(await received(cloud, await urlOf(cloud, 'Dead'), 1)).toEqual([
    { Body: 'hello', SenderId: 'AIDACRM', MessageGroupId: 'gold' },
  ]);
  expect(cloud.notices.filter(({ severity }) => severity === 'warning')).toEqual([]);
});

test('a group that fills a queue does not hold up another', async () => {
  // Given a queue with 60 messages of one group, of which 40 are in flight
  const bench = await openBench();
  new Queue(bench.stack, 'Inbox');
  const cloud = await bench.start();
  const [sqs, QueueUrl] = [sqsOf(cloud), await urlOf(cloud, 'Inbox')];
  const send = (MessageGroupId: string, bodies: readonly string[]) => {
    const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody, MessageGroupId }));
    return sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  };
  const receive = async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body }) => Body);
  };
  const ten = Array.from({ length: 10 }, (_, index) => `many ${index}`);
  for (let batch = 0; batch < 6; batch++) await send('crm/million', ten);
  for (let batch = 0; batch < 4; batch++) await receive();

  // When two messages of another group arrive
  await send('crm/five', ['few 0', 'few 1']);

  // Then they come next
  expect((await receive()).slice(0, 3)).toEqual(['few 0', 'few 1', 'many 0']);
});
