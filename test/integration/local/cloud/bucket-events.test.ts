import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketNotificationConfigurationCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { CfnOutput } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { everything, serviceOf, userOf } from '../../../../local/cloud/access/caller.ts';
import type { LocalCloud } from '../../../../local/cloud/cloud.ts';
import { type Bench, openBench, QueueDriver, urlOf } from './fixture.ts';

type Notification = CfnBucket.NotificationConfigurationProperty;

/** Declares the bucket `dropped` and the queue `Inbox`, which S3 may send to. */
function declare(bench: Bench, notification: (queueArn: string) => Notification, permitted = true): Queue {
  const queue = new Queue(bench.stack, 'Inbox');
  const bucket = new CfnBucket(bench.stack, 'Bucket', {
    bucketName: 'dropped',
    notificationConfiguration: notification(queue.queueArn),
  });
  if (permitted) queue.grantSendMessages(new ServicePrincipal('s3.amazonaws.com'));
  new CfnOutput(bench.stack, 'BucketName', { value: bucket.ref });
  return queue;
}

const inbox = (Queue: string): Notification => ({
  queueConfigurations: [
    {
      event: 's3:ObjectCreated:*',
      queue: Queue,
      filter: {
        s3Key: {
          rules: [
            { name: 'prefix', value: 'inbox/' },
            { name: 'Suffix', value: '.csv' },
          ],
        },
      },
    },
  ],
});
const everywhere = (Queue: string): Notification => ({
  queueConfigurations: [
    { event: 's3:ObjectCreated:*', queue: Queue },
    { event: 's3:ObjectRemoved:*', queue: Queue },
  ],
});

function s3Of(cloud: LocalCloud, accessKeyId?: string): S3Client {
  const s3 = new S3Client({ ...cloud.clientConfig('s3', accessKeyId), forcePathStyle: true });
  onTestFinished(() => s3.destroy());
  return s3;
}

/** The next messages of the queue, until it is empty. */
async function delivered(cloud: LocalCloud): Promise<Message[]> {
  const { client } = new QueueDriver(cloud);
  onTestFinished(() => client.destroy());
  const QueueUrl = await urlOf(cloud, 'Inbox');
  const all: Message[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['SenderId'] }),
    );
    if (Messages.length === 0) return all;
    all.push(...Messages);
  }
}

interface EventRecord {
  eventName: string;
  s3: { object: { key: string; size?: number; eTag?: string; sequencer: string } };
}
const recordsOf = (messages: readonly Message[]) =>
  messages.flatMap(({ Body = '' }) => (JSON.parse(Body) as { Records?: EventRecord[] }).Records ?? []);
const names = (records: readonly EventRecord[]) => records.map(({ eventName, s3 }) => `${eventName} ${s3.object.key}`);

test('an object that arrives under the prefix and the suffix is an event in the queue', async () => {
  // Given a bucket whose inbox notifies a queue, and the test event of its creation
  const bench = await openBench();
  declare(bench, inbox);
  const cloud = await bench.start({
    callers: { 'producer-crm': userOf('arn:aws:iam::000000000000:user/crm', [everything], 'AIDACRM') },
  });
  const [created] = await delivered(cloud);
  expect(JSON.parse(created?.Body ?? '')).toEqual({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    Bucket: 'dropped',
    RequestId: expect.any(String),
    HostId: expect.any(String),
  });

  // When a producer puts objects inside and outside of it
  const s3 = s3Of(cloud, 'producer-crm');
  const before = Date.now();
  for (const Key of ['inbox/crm/spring.txt', 'results/crm/spring.csv', 'inbox/crm/Frühling 1+1 (a=b).csv']) {
    await s3.send(new PutObjectCommand({ Bucket: 'dropped', Key, Body: 'id\n1\n' }));
  }

  // Then the queue has the event of the one that matches, sent by S3, with the key encoded as in a form
  const messages = await delivered(cloud);
  expect(messages.map(({ Attributes }) => Attributes?.SenderId)).toEqual([serviceOf('s3.amazonaws.com').senderId]);
  const [record] = recordsOf(messages);
  expect(messages).toHaveLength(1);
  expect(record).toEqual({
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'us-east-1',
    eventTime: expect.any(String),
    eventName: 'ObjectCreated:Put',
    userIdentity: { principalId: 'AWS:AIDACRM' },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': expect.stringMatching(/^[0-9A-F]{16}$/), 'x-amz-id-2': expect.any(String) },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'dropped-1',
      bucket: {
        name: 'dropped',
        ownerIdentity: { principalId: expect.stringMatching(/^A[0-9A-F]{13}$/) },
        arn: 'arn:aws:s3:::dropped',
      },
      object: {
        key: 'inbox/crm/Fr%C3%BChling+1%2B1+%28a%3Db%29.csv',
        size: 5,
        eTag: 'bc9280dfc1d4e67233f138f5bbbf0951',
        sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
      },
    },
  });
  expect(Date.parse(String((record as unknown as { eventTime: string }).eventTime))).toBeGreaterThanOrEqual(before);
});

test('copies, multipart uploads and deletions have their own names, and the order of their sequencers', async () => {
  // Given a bucket that notifies of all
  const bench = await openBench();
  declare(bench, everywhere);
  const cloud = await bench.start();
  const s3 = s3Of(cloud);
  const Bucket = 'dropped';
  await delivered(cloud);

  // When objects are put, copied, uploaded in parts and deleted
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'first' }));
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: 'dropped/a' }));
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'c' }));
  const part = await s3.send(new UploadPartCommand({ Bucket, Key: 'c', UploadId, PartNumber: 1, Body: 'part' }));
  await s3.send(
    new CompleteMultipartUploadCommand({
      Bucket,
      Key: 'c',
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] },
    }),
  );
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
  await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'b' }, { Key: 'never was' }] } }));

  // Then each is one event
  const records = recordsOf(await delivered(cloud));
  expect(names(records)).toEqual([
    'ObjectCreated:Put a',
    'ObjectCreated:Copy b',
    'ObjectCreated:CompleteMultipartUpload c',
    'ObjectRemoved:Delete a',
    'ObjectRemoved:Delete b',
  ]);
  expect(records.map(({ s3: { object } }) => object.size)).toEqual([5, 5, 4, undefined, undefined]);
  expect(records[2]?.s3.object.eTag).toMatch(/^[0-9a-f]{32}-1$/);
  const sequencers = records.map(({ s3: { object } }) => object.sequencer);
  expect(sequencers).toEqual([...sequencers].sort());
  expect(new Set(sequencers).size).toBe(5);
});

test('a request that changes nothing is no event', async () => {
  // Given a bucket that notifies of all, with one object
  const bench = await openBench();
  declare(bench, everywhere);
  const cloud = await bench.start();
  const s3 = s3Of(cloud);
  const Bucket = 'dropped';
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'first' }));
  await delivered(cloud);

  // When it is read, an upload is given up, an upload fails, and nothing is deleted
  await (await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }))).Body?.transformToString();
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'c' }));
  const parts = { MultipartUpload: { Parts: [{ PartNumber: 1, ETag: '"0"' }] } };
  await expect(
    s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'c', UploadId, ...parts })),
  ).rejects.toMatchObject({ name: 'InvalidPart' });
  await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'c', UploadId }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'never was' }));

  // Then the queue is empty
  expect(await delivered(cloud)).toEqual([]);
});

test('an upload by a form is an event of its own', async () => {
  const bench = await openBench();
  declare(bench, everywhere);
  const cloud = await bench.start();
  await delivered(cloud);
  const form = new FormData();
  form.set('key', 'inbox/crm/form.csv');
  form.set('file', new Blob(['id\n1\n']), 'form.csv');
  expect((await fetch(`${cloud.endpoints.s3}/dropped`, { method: 'POST', body: form })).status).toBe(204);
  expect(names(recordsOf(await delivered(cloud)))).toEqual(['ObjectCreated:Post inbox/crm/form.csv']);
});

test.each([
  ['does not exist', 'arn:aws:sqs:us-east-1:000000000000:none'],
  ['is a FIFO queue', 'arn:aws:sqs:us-east-1:000000000000:ordered.fifo'],
])('S3 refuses the configuration when one of its queues %s', async (_, other) => {
  const bench = await openBench();
  const ordered = new Queue(bench.stack, 'Ordered', { queueName: 'ordered.fifo', fifo: true });
  ordered.grantSendMessages(new ServicePrincipal('s3.amazonaws.com'));
  declare(bench, (queue) => ({
    queueConfigurations: [
      { event: 's3:ObjectCreated:*', queue },
      { event: 's3:ObjectRemoved:*', queue: other },
    ],
  }));
  const cloud = await bench.start();
  await s3Of(cloud).send(new PutObjectCommand({ Bucket: 'dropped', Key: 'a', Body: 'first' }));
  expect(await delivered(cloud)).toEqual([]);
  expect(cloud.notices.map(({ reason }) => reason)).toContain(
    'S3 refuses the configuration: it cannot send to one of the queues. No event is sent',
  );
});

test('a configuration that S3 takes from nobody makes the start fail', async () => {
  const bench = await openBench();
  declare(bench, (queue) => ({
    queueConfigurations: [
      { event: 's3:ObjectCreated:*', queue },
      { event: 's3:ObjectCreated:Put', queue },
    ],
  }));
  await expect(bench.start()).rejects.toThrow(/^Bench\/Bucket \(AWS::S3::Bucket\): Error: two configurations of /);
});

test('S3 refuses the configuration when the policy of the queue does not let it send', async () => {
  // Given a queue without a policy
  const bench = await openBench();
  declare(bench, inbox, false);

  // When the bucket is created, and an object arrives
  const cloud = await bench.start();
  const s3 = s3Of(cloud);
  await s3.send(new PutObjectCommand({ Bucket: 'dropped', Key: 'inbox/crm/spring.csv', Body: 'id\n1\n' }));

  // Then nothing is delivered, neither the test event nor another, and a notice reports it
  expect(await delivered(cloud)).toEqual([]);
  expect(cloud.notices).toContainEqual({
    severity: 'warning',
    subject: 'AWS::S3::Bucket.NotificationConfiguration',
    reason: 'S3 refuses the configuration: it cannot send to one of the queues. No event is sent',
    resources: [expect.stringMatching(/^Bench\/Bucket/)],
  });
  expect(cloud.calls().filter(({ permitted }) => !permitted)).toEqual([
    expect.objectContaining({ action: 'sqs:SendMessage', reason: 'no policy allows it' }),
  ]);
});

test('a client reads the notifications of a bucket', async () => {
  const bench = await openBench();
  const queue = declare(bench, inbox);
  new CfnOutput(bench.stack, 'QueueArn', { value: queue.queueArn });
  const cloud = await bench.start();

  const read = await s3Of(cloud).send(new GetBucketNotificationConfigurationCommand({ Bucket: 'dropped' }));

  expect(read.QueueConfigurations).toEqual([
    {
      Id: 'dropped-1',
      QueueArn: cloud.outputs.Bench?.QueueArn,
      Events: ['s3:ObjectCreated:*'],
      Filter: {
        Key: {
          FilterRules: [
            { Name: 'Prefix', Value: 'inbox/' },
            { Name: 'Suffix', Value: '.csv' },
          ],
        },
      },
    },
  ]);
});

test('topics, functions and EventBridge get no events, and a notice reports it', async () => {
  const bench = await openBench();
  new CfnBucket(bench.stack, 'Bucket', {
    notificationConfiguration: {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
      topicConfigurations: [{ event: 's3:ObjectCreated:*', topic: 'arn:aws:sns:us-east-1:000000000000:t' }],
      lambdaConfigurations: [
        { event: 's3:ObjectRemoved:*', function: 'arn:aws:lambda:us-east-1:000000000000:function:f' },
      ],
    },
  });
  const cloud = await bench.start();
  expect(cloud.notices.map(({ severity, subject, reason }) => `${severity} ${subject}: ${reason}`)).toEqual(
    ['EventBridgeConfiguration', 'LambdaConfigurations', 'TopicConfigurations'].map(
      (name) => `warning AWS::S3::Bucket.NotificationConfiguration.${name}: events go to queues only`,
    ),
  );
});
