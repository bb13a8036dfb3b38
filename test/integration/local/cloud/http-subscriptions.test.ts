import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  ConfirmSubscriptionCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { CfnOutput, Duration } from 'aws-cdk-lib';
import { BackoffFunction, Subscription, SubscriptionFilter, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, onTestFinished } from 'vitest';
import { checkSnsMessage } from '../../../../client/sns-signature.ts';
import { type LocalCloud, SimulatedClock } from '../../../../local/cloud/cloud.ts';
import { selfSigned } from '../../../../local/cloud/notifications/signer.ts';
import { countTopics } from '../../../../local/cloud/storage/topics.ts';
import { givenReceiver } from '../../../world/receiver.ts';
import { type Bench, QueueDriver, test, urlOf } from './fixture.ts';

/** A topic with an HTTPS subscription of one source's outcomes, as the pipeline declares it. */
function declare({ stack }: Bench, endpoint: string, signatureVersion: '1' | '2' = '2') {
  const topic = new Topic(stack, 'Outcomes', { signatureVersion });
  new CfnOutput(stack, 'TopicArn', { value: topic.topicArn });
  new Subscription(stack, 'ToCrm', {
    topic,
    protocol: SubscriptionProtocol.HTTPS,
    endpoint,
    filterPolicy: { source: SubscriptionFilter.stringFilter({ allowlist: ['crm'] }) },
    deliveryPolicy: {
      healthyRetryPolicy: {
        numRetries: 3,
        numMinDelayRetries: 1,
        minDelayTarget: Duration.seconds(5),
        maxDelayTarget: Duration.seconds(300),
        backoffFunction: BackoffFunction.EXPONENTIAL,
      },
    },
    deadLetterQueue: new Queue(stack, 'DeadLetters'),
  });
}

function publisher(cloud: LocalCloud) {
  const TopicArn = cloud.outputs.Bench?.TopicArn ?? '';
  const sns = new SNSClient(cloud.clientConfig('sns'));
  const attributes = (source: string) => ({ source: { DataType: 'String', StringValue: source } });
  return {
    sns,
    TopicArn,
    publish: (source: string, Message: string, Subject?: string) =>
      sns.send(
        new PublishCommand({ TopicArn, Message, MessageAttributes: attributes(source), ...(Subject && { Subject }) }),
      ),
    publishAll: (source: string, messages: readonly string[]) =>
      sns.send(
        new PublishBatchCommand({
          TopicArn,
          PublishBatchRequestEntries: messages.map((Message, index) => ({
            Id: String(index),
            Message,
            MessageAttributes: attributes(source),
          })),
        }),
      ),
    confirmed: async () => {
      const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
      return Attributes?.SubscriptionsConfirmed;
    },
  };
}

const outcome = (requestId: string) => JSON.stringify({ outcome: 'created', requestId });
/** Waits until the engine has noted that an attempt failed. Only then may the clock leap. */
const untilRetrying = (cloud: LocalCloud, count: number) =>
  expect
    .poll(async () => {
      return (await countTopics(cloud.endpoints.sns))[0]?.retrying;
    })
    .toBe(count);
const metricOf = (cloud: LocalCloud, name: string) => cloud.metrics.sum('AWS/SNS', name);

test.for(['1', '2'] as const)(
  'a receiver confirms its subscription, and gets signed outcomes of its source (version %s)',
  async (signatureVersion, { opened: bench }) => {
    const receiver = await givenReceiver(onTestFinished);
    declare(bench, 'https://crm.example.com/outcomes?of=crm', signatureVersion);
    const cloud = await bench.start({ receiverPort: receiver.port });
    const { TopicArn, publish, publishAll, confirmed } = publisher(cloud);
    await expect.poll(confirmed).toBe('1');

    await publish('crm', outcome('r-1'), 'About r-1');
    await publish('studio', outcome('r-2'));
    await publishAll('crm', [outcome('r-3'), outcome('r-4')]);
    await expect.poll(() => receiver.notifications.length).toBe(3);

    const [first] = receiver.notifications;
    const posted = JSON.parse(first?.text ?? '');
    expect(Object.keys(posted)).toEqual([
      'Type',
      'MessageId',
      'TopicArn',
      'Subject',
      'Message',
      'Timestamp',
      'SignatureVersion',
      'Signature',
      'SigningCertURL',
      'UnsubscribeURL',
      'MessageAttributes',
    ]);
    expect(posted).toMatchObject({
      Type: 'Notification',
      TopicArn,
      Subject: 'About r-1',
      Message: outcome('r-1'),
      SignatureVersion: signatureVersion,
      MessageAttributes: { source: { Type: 'String', Value: 'crm' } },
    });
    expect(first?.path).toBe('/outcomes?of=crm');
    expect(first?.headers).toMatchObject({
      'content-type': 'text/plain; charset=UTF-8',
      'user-agent': 'Amazon Simple Notification Service Agent',
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': posted.MessageId,
      'x-amz-sns-topic-arn': TopicArn,
      'x-amz-sns-subscription-arn': expect.stringMatching(`^${TopicArn}:[0-9a-f-]{36}$`),
    });

    const expected = { topicArn: TopicArn, localOrigin: cloud.endpoints.sns, signatureVersions: [signatureVersion] };
    const checked = await Promise.all(receiver.notifications.map(({ text }) => checkSnsMessage(text, expected)));
    const ids = checked.map((one) => one.type === 'Notification' && Reflect.get(one.outcome, 'requestId'));
    expect(ids.toSorted()).toEqual(['r-1', 'r-3', 'r-4']);
    expect(await checkSnsMessage(receiver.confirmations[0]?.text ?? '', expected)).toMatchObject({
      type: 'SubscriptionConfirmation',
      subscribeUrl: expect.stringContaining(`Action=ConfirmSubscription&TopicArn=${TopicArn}&Token=`),
    });
    // Its bytes are those that SNS signed. One other byte, and the check fails.
    const tampered = first?.text.replace('r-1', 'r-9') ?? '';
    await expect(checkSnsMessage(tampered, expected)).rejects.toMatchObject({ name: 'WrongSignature' });
  },
);

test('nothing is posted before the confirmation, and a token confirms its own topic alone', async ({
  opened: bench,
}) => {
  const receiver = await givenReceiver(onTestFinished, { confirms: false });
  declare(bench, 'https://crm.example.com/');
  const cloud = await bench.start({ receiverPort: receiver.port });
  const { sns, TopicArn, publish, confirmed } = publisher(cloud);
  await expect.poll(() => receiver.confirmations.length).toBe(1);
  const { Token } = JSON.parse(receiver.confirmations[0]?.text ?? '');
  const confirm = (topicArn: string, token: string) =>
    sns.send(new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token: token }));
  const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  expect(Subscriptions).toMatchObject([{ SubscriptionArn: 'PendingConfirmation', Protocol: 'https' }]);

  await publish('crm', outcome('r-1'));
  await expect(confirm(TopicArn, 'made-up')).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(confirm(`${TopicArn}x`, Token)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  expect(await confirmed()).toBe('0');

  const { SubscriptionArn } = await confirm(TopicArn, Token);
  await publish('crm', outcome('r-2'));
  await expect.poll(() => receiver.notifications.length).toBe(1);
  expect(receiver.notifications[0]?.text).toContain('r-2');

  // Its end comes with a last message, and with nothing after it.
  await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  await expect.poll(() => receiver.confirmations.length).toBe(2);
  const last = JSON.parse(receiver.confirmations[1]?.text ?? '');
  expect(last).toMatchObject({ Type: 'UnsubscribeConfirmation', TopicArn });
  await publish('crm', outcome('r-3'));

  // The receiver may restore it.
  await fetch(last.SubscribeURL);
  await publish('crm', outcome('r-4'));
  await expect.poll(() => receiver.notifications.length).toBe(2);
  expect(receiver.notifications[1]?.text).toContain('r-4');
  expect(receiver.notifications[1]?.headers['x-amz-sns-subscription-arn']).toBe(SubscriptionArn);
});

test('a failed delivery is tried again after the delays of its policy, and then becomes a dead letter', async ({
  opened: bench,
}) => {
  const receiver = await givenReceiver(onTestFinished, { answer: (response) => void response.writeHead(503).end() });
  declare(bench, 'https://crm.example.com/');
  const clock = new SimulatedClock();
  const cloud = await bench.start({ receiverPort: receiver.port, clock, sampleQueuesEverySeconds: 0.1 });
  const { TopicArn, publish, confirmed } = publisher(cloud);
  await expect.poll(confirmed).toBe('1');
  const attempts = () => receiver.notifications.length;
  const leap = (seconds: number) => clock.advance(seconds * 1_000);

  const afterAttempt = async (nth: number) => {
    await expect.poll(attempts).toBe(nth);
    await untilRetrying(cloud, 1);
  };

  await publish('crm', outcome('r-1'));
  await afterAttempt(1);
  await leap(4);
  expect(attempts()).toBe(1);
  await leap(1.1);
  await afterAttempt(2);
  await leap(5.1);
  await afterAttempt(3);
  await leap(290);
  expect(attempts()).toBe(3);
  await leap(10.1);
  await expect.poll(attempts).toBe(4);

  const [letter] = await new QueueDriver(cloud).receive(await urlOf(cloud, 'DeadLetters'));
  expect(letter?.Body).toBe(receiver.notifications[0]?.text);
  await expect(
    checkSnsMessage(letter?.Body ?? '', { topicArn: TopicArn, localOrigin: cloud.endpoints.sns }),
  ).resolves.toMatchObject({ outcome: { requestId: 'r-1' } });
  await expect.poll(() => metricOf(cloud, 'NumberOfNotificationsFailed')).toBe(1);
  expect(metricOf(cloud, 'NumberOfNotificationsRedrivenToDlq')).toBe(1);
  expect(metricOf(cloud, 'NumberOfNotificationsDelivered')).toBe(0);
});

test('a refusal is final, and a 429 is not', async ({ opened: bench }) => {
  const statuses = [429, 200, 403];
  const receiver = await givenReceiver(onTestFinished, {
    answer: (response) => void response.writeHead(statuses.shift() ?? 500).end(),
  });
  declare(bench, 'https://crm.example.com/');
  const clock = new SimulatedClock();
  const cloud = await bench.start({ receiverPort: receiver.port, clock, sampleQueuesEverySeconds: 0.1 });
  const { publish, confirmed } = publisher(cloud);
  await expect.poll(confirmed).toBe('1');

  await publish('crm', outcome('r-1'));
  await untilRetrying(cloud, 1);
  await clock.advance(5_100);
  await expect.poll(() => metricOf(cloud, 'NumberOfNotificationsDelivered')).toBe(1);
  await publish('crm', outcome('r-2'));

  const [letter] = await new QueueDriver(cloud).receive(await urlOf(cloud, 'DeadLetters'));
  expect(letter?.Body).toContain('r-2');
  expect(receiver.notifications).toHaveLength(3);
});

test('an HTTPS receiver on this machine may sign its certificate itself', async ({ opened: bench }) => {
  const { privateKey, certificate } = await selfSigned('localhost');
  const texts: string[] = [];
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer({ key, cert: certificate }, async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    response.end();
    if (request.headers['x-amz-sns-message-type'] === 'Notification') texts.push(text);
    else await fetch(JSON.parse(text).SubscribeURL);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  declare(bench, `https://localhost:${(server.address() as AddressInfo).port}/outcomes`);
  const cloud = await bench.start();
  const { publish, confirmed } = publisher(cloud);
  await expect.poll(confirmed).toBe('1');

  await publish('crm', outcome('r-1'));

  await expect.poll(() => texts.length).toBe(1);
});

test('nothing is posted to another machine, and SNS refuses what AWS refuses', async ({ opened: bench }) => {
  declare(bench, 'https://crm.example.com/');
  const cloud = await bench.start();
  const { sns, TopicArn } = publisher(cloud);
  const endpoint = 'https://crm.example.com/';
  expect(cloud.undeliveredSubscriptions).toEqual([{ topicArn: TopicArn, protocol: 'https', endpoint }]);
  expect(cloud.notices).toContainEqual({
    severity: 'warning',
    subject: 'AWS::SNS::Subscription',
    reason: 'nothing is posted to another machine: receiverPort names a receiver on this one',
    resources: [expect.stringMatching(/^Bench\/ToCrm/)],
  });

  const receiver = await givenReceiver(onTestFinished);
  const subscribe = (Protocol: string, Endpoint: string, DeliveryPolicy?: object) =>
    sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol,
        Endpoint,
        ...(DeliveryPolicy && {
          Attributes: { DeliveryPolicy: JSON.stringify({ healthyRetryPolicy: DeliveryPolicy }) },
        }),
      }),
    );
  for (const [protocol, url, policy] of [
    ['https', endpoint],
    ['https', receiver.origin],
    ['http', 'localhost'],
    ['http', receiver.origin, { minDelayTarget: 30, maxDelayTarget: 20 }],
    ['http', receiver.origin, { numRetries: 101 }],
    ['http', receiver.origin, { numRetries: 2, numNoDelayRetries: 3 }],
    ['http', receiver.origin, { numRetries: 100, minDelayTarget: 37, maxDelayTarget: 37 }],
  ] as const) {
    await expect(subscribe(protocol, url, policy)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  }
  expect(await subscribe('http', receiver.origin)).toMatchObject({ SubscriptionArn: 'pending confirmation' });
  await expect.poll(() => receiver.confirmations.length).toBe(1);
});
