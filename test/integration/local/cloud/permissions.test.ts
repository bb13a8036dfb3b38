import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { ArnPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnSubscription, Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, onTestFinished, test } from 'vitest';
import {
  everything,
  type PolicyDocument,
  serviceOf,
  sessionOf,
  userOf,
} from '../../../../local/cloud/access/caller.ts';
import { accessKeyOf } from '../../../../local/cloud/access/callers.ts';
import type { LocalCloud } from '../../../../local/cloud/cloud.ts';
import type { Endpoints } from '../../../../local/cloud/endpoints.ts';
import { openBench, urlOf } from './fixture.ts';

interface Client {
  destroy(): void;
}

/** A client of one caller, until the end of the test. */
function as<C extends Client>(
  cloud: LocalCloud,
  Made: new (configuration: ReturnType<LocalCloud['clientConfig']>) => C,
  service: keyof Endpoints,
  accessKeyId: string,
): C {
  const client = new Made({ ...cloud.clientConfig(service, accessKeyId), maxAttempts: 1 } as never);
  onTestFinished(() => client.destroy());
  return client;
}

/** `done`, or the name of the error. */
async function outcome(sending: Promise<unknown>): Promise<string> {
  return sending.then(
    () => 'done',
    (error: Error) => error.name,
  );
}

const allows = (Action: string | string[], Resource: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

test('who may read one stack may read neither another nor all', async () => {
  // Given two stacks, and somebody who may read the first
  const bench = await openBench();
  new Queue(bench.stack, 'Inbox');
  new Queue(new Stack(bench.app, 'Other'), 'Inbox');
  const first = allows('cloudformation:DescribeStacks', 'arn:aws:cloudformation:us-east-1:000000000000:stack/Bench/*');
  const reader = sessionOf('arn:aws:iam::000000000000:role/reader', 'jane', [first]);
  const cloud = await bench.start({ callers: { reader } });
  const client = as(cloud, CloudFormationClient, 'cloudFormation', 'reader');
  const reads = (StackName?: string) =>
    outcome(client.send(new DescribeStacksCommand({ ...(StackName && { StackName }) })));

  // When each is read
  const [own] = (await client.send(new DescribeStacksCommand({ StackName: 'Bench' }))).Stacks ?? [];

  // Then only the first is, by name or ID
  expect(own?.StackName).toBe('Bench');
  expect(await reads(own?.StackId)).toBe('done');
  for (const name of ['Other', 'Nothing', '*', undefined]) expect(await reads(name)).toBe('AccessDenied');
});

test('a queue takes messages from those that its policy names, and from identities of the account that may send', async () => {
  // Given a queue whose policy names crm, of another account, and a rule
  const bench = await openBench();
  const queue = new Queue(bench.stack, 'Inbox', { enforceSSL: true });
  const crm = 'arn:aws:iam::111122223333:role/teams/crm';
  const rule = 'arn:aws:events:us-east-1:000000000000:rule/orders';
  queue.grantSendMessages(new ArnPrincipal(crm));
  queue.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': rule } },
    }),
  );
  const cloud = await bench.start({
    callers: {
      crm: sessionOf(crm, 'sender', [everything]),
      studio: sessionOf('arn:aws:iam::111122223333:role/teams/studio', 'sender', [everything]),
      rule: serviceOf('events.amazonaws.com', rule),
      'other-rule': serviceOf('events.amazonaws.com', `${rule}-2`),
      'account-user': userOf('arn:aws:iam::000000000000:user/kim', [allows('sqs:SendMessage', '*')]),
      'account-guest': userOf('arn:aws:iam::000000000000:user/guest', []),
    },
  });
  const QueueUrl = await urlOf(cloud, 'Inbox');
  const refused: string[] = [];
  cloud.on('refused', ({ caller, action }) => refused.push(`${caller.arn} ${action}`));

  // When each of them sends
  const send = (key: string) =>
    outcome(as(cloud, SQSClient, 'sqs', key).send(new SendMessageCommand({ QueueUrl, MessageBody: key })));
  const outcomes: Record<string, string> = {};
  for (const key of ['crm', 'studio', 'rule', 'other-rule', 'account-user', 'account-guest', 'anybody']) {
    outcomes[key] = await send(key);
  }

  // Then those without permission get AWS's error
  expect(outcomes).toEqual({
    crm: 'done',
    studio: 'AccessDenied',
    rule: 'done',
    'other-rule': 'AccessDenied',
    'account-user': 'done',
    'account-guest': 'AccessDenied',
    // The operator
    anybody: 'done',
  });
  // And a batch needs the same permission, and a receive its own
  const Entries = [{ Id: 'a', MessageBody: 'a' }];
  const studio = as(cloud, SQSClient, 'sqs', 'studio');
  await expect(studio.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toThrow(
    'User: arn:aws:sts::111122223333:assumed-role/studio/sender is not authorized to perform: sqs:SendMessageBatch',
  );
  const sender = as(cloud, SQSClient, 'sqs', 'crm');
  expect(await outcome(sender.send(new ReceiveMessageCommand({ QueueUrl })))).toBe('AccessDenied');
  // And each refusal is reported once
  expect(refused).toEqual([
    'arn:aws:sts::111122223333:assumed-role/studio/sender sqs:SendMessage',
    'events.amazonaws.com sqs:SendMessage',
    'arn:aws:iam::000000000000:user/guest sqs:SendMessage',
    'arn:aws:sts::111122223333:assumed-role/crm/sender sqs:ReceiveMessage',
  ]);
});

test("a function may do what its role's policies allow, and each service refuses the rest in its own form", async () => {
  // Given a function, and a resource of each kind twice: one that its role may use, and one that it may not
  const bench = await openBench();
  const { stack } = bench;
  const worker: LambdaFunction = bench.declareFunction(stack, 'Worker', 'export const handler = () => {};', {
    functionName: 'worker',
  });
  const twice = <T>(make: (id: string) => T) => [make('Own'), make('Other')] as const;
  const queues = twice((id) => new Queue(stack, `${id}WorkQueue`));
  const topics = twice((id) => new Topic(stack, `${id}NewsTopic`));
  const tables = twice(
    (id) => new Table(stack, `${id}DataTable`, { partitionKey: { name: 'id', type: AttributeType.STRING } }),
  );
  const secrets = twice((id) => new Secret(stack, `${id}KeptSecret`));
  const bucket = new Bucket(stack, 'Bucket');
  queues[0].grantSendMessages(worker);
  topics[0].grantPublish(worker);
  tables[0].grantReadData(worker);
  secrets[0].grantRead(worker);
  bucket.grantPut(worker, 'qr/*');
  for (const [output, value] of Object.entries({
    OwnQueue: queues[0].queueUrl,
    OtherQueue: queues[1].queueUrl,
    OwnTopic: topics[0].topicArn,
    OtherTopic: topics[1].topicArn,
    OwnTable: tables[0].tableName,
    OtherTable: tables[1].tableName,
    OwnSecret: secrets[0].secretArn,
    OtherSecret: secrets[1].secretArn,
    BucketName: bucket.bucketName,
  })) {
    new CfnOutput(stack, output, { value });
  }
  const cloud = await bench.start();
  const named = (name: string) => cloud.outputs.Bench?.[name] ?? expect.fail(name);

  // When the function's key is used
  const key = accessKeyOf('worker');
  const sqs = as(cloud, SQSClient, 'sqs', key);
  const sns = as(cloud, SNSClient, 'sns', key);
  const s3 = as(cloud, S3Client, 's3', key);
  const dynamodb = as(cloud, DynamoDBClient, 'dynamodb', key);
  const secretsManager = as(cloud, SecretsManagerClient, 'secretsManager', key);
  const lambda = as(cloud, LambdaClient, 'lambda', key);
  const tried = async (of: (whose: string) => Promise<unknown>) => [
    await outcome(of('Own')),
    await outcome(of('Other')),
  ];
  const name = named('BucketName');

  // Then it has what its role has
  expect({
    sqs: await tried((whose) =>
      sqs.send(new SendMessageCommand({ QueueUrl: named(`${whose}Queue`), MessageBody: 'x' })),
    ),
    sns: await tried((whose) => sns.send(new PublishCommand({ TopicArn: named(`${whose}Topic`), Message: 'x' }))),
    dynamodb: await tried((whose) =>
      dynamodb.send(new GetItemCommand({ TableName: named(`${whose}Table`), Key: { id: { S: 'x' } } })),
    ),
    secrets: await tried((whose) =>
      secretsManager.send(new GetSecretValueCommand({ SecretId: named(`${whose}Secret`) })),
    ),
  }).toEqual({
    sqs: ['done', 'AccessDenied'],
    sns: ['done', 'AuthorizationErrorException'],
    dynamodb: ['done', 'AccessDeniedException'],
    secrets: ['done', 'AccessDeniedException'],
  });
  const Item = { id: { S: 'x' } };
  expect({
    'write to a table that it may read': await outcome(
      dynamodb.send(new PutItemCommand({ TableName: named('OwnTable'), Item })),
    ),
    'an object with its prefix': await outcome(
      s3.send(new PutObjectCommand({ Bucket: name, Key: 'qr/one', Body: 'x' })),
    ),
    'another object with its prefix': await outcome(
      s3.send(new PutObjectCommand({ Bucket: name, Key: 'qr/two', Body: 'x' })),
    ),
    'an object beside it': await outcome(
      s3.send(new PutObjectCommand({ Bucket: name, Key: 'archive/one', Body: 'x' })),
    ),
    'a read of the object': await outcome(s3.send(new GetObjectCommand({ Bucket: name, Key: 'qr/one' }))),
    'a list of the bucket': await outcome(s3.send(new ListObjectsV2Command({ Bucket: name }))),
    'a deletion of several': await outcome(
      s3.send(new DeleteObjectsCommand({ Bucket: name, Delete: { Objects: [{ Key: 'qr/one' }] } })),
    ),
    'an invocation': await outcome(lambda.send(new InvokeCommand({ FunctionName: 'worker' }))),
    'a read of the account': await outcome(lambda.send(new GetAccountSettingsCommand({}))),
  }).toEqual({
    'write to a table that it may read': 'AccessDeniedException',
    'an object with its prefix': 'done',
    'another object with its prefix': 'done',
    'an object beside it': 'AccessDenied',
    'a read of the object': 'AccessDenied',
    'a list of the bucket': 'AccessDenied',
    'a deletion of several': 'AccessDenied',
    'an invocation': 'AccessDeniedException',
    'a read of the account': 'AccessDeniedException',
  });
  // And one decision is recorded for all objects under a prefix
  const puts = cloud.calls().filter(({ action }) => action === 's3:PutObject');
  expect(puts.map(({ resource, permitted }) => [resource.split('/').slice(1).join('/'), permitted])).toEqual([
    ['qr/one', true],
    ['archive/one', false],
  ]);
});

test('a service needs a permission: a rule to invoke, a topic to deliver', async () => {
  // Given two rules of which one may invoke the function, and a queue that does not let the topic send
  const bench = await openBench();
  const { stack } = bench;
  const worker = bench.declareFunction(stack, 'Worker', 'export const handler = (event) => event;');
  const target = { Id: 'worker', Arn: worker.functionArn };
  const scheduleExpression = 'rate(1 minute)';
  const may = new CfnRule(stack, 'May', {
    scheduleExpression,
    targets: [{ id: target.Id, arn: target.Arn, input: '"may"' }],
  });
  new CfnRule(stack, 'MayNot', {
    scheduleExpression,
    targets: [{ id: target.Id, arn: target.Arn, input: '"may not"' }],
  });
  new CfnPermission(stack, 'Permission', {
    action: 'lambda:InvokeFunction',
    functionName: worker.functionArn,
    principal: 'events.amazonaws.com',
    sourceArn: may.attrArn,
  });
  const queue = new Queue(stack, 'Inbox', { retentionPeriod: Duration.days(1) });
  const topic = new Topic(stack, 'Topic');
  new CfnSubscription(stack, 'Subscription', { topicArn: topic.topicArn, protocol: 'sqs', endpoint: queue.queueArn });
  new CfnOutput(stack, 'TopicArn', { value: topic.topicArn });
  const results: unknown[] = [];

  // When both rules fire, and somebody publishes
  const cloud = await bench.start({ fireSchedulesAtStart: true });
  cloud.on('invocation', (invocation) => results.push(invocation));
  const sns = as(cloud, SNSClient, 'sns', 'local');
  await sns.send(new PublishCommand({ TopicArn: cloud.outputs.Bench?.TopicArn, Message: 'news' }));
  await expect.poll(() => results.length).toBeGreaterThan(0);

  // Then one invocation was made, and nothing was delivered
  expect(results).toMatchObject([{ outcome: 'succeeded', payload: '"may"' }]);
  expect((await cloud.queues()).map(({ sent }) => sent)).toEqual([0]);
  const refused = cloud.calls().filter(({ permitted }) => !permitted);
  expect(refused.map(({ caller, action, reason }) => [caller.arn, action, reason]).sort()).toEqual([
    ['events.amazonaws.com', 'lambda:InvokeFunction', 'no policy allows it'],
    ['sns.amazonaws.com', 'sqs:SendMessage', 'no policy allows it'],
  ]);
});

test('a missing object is forbidden to those who may not list its bucket', async () => {
  // Given a reader of objects, and one that may also list them
  const bench = await openBench();
  new Bucket(bench.stack, 'Files', { bucketName: 'files' });
  const reads = allows('s3:GetObject', 'arn:aws:s3:::files/*');
  const lists = allows('s3:ListBucket', 'arn:aws:s3:::files');
  const cloud = await bench.start({
    callers: {
      reader: userOf('arn:aws:iam::000000000000:user/reader', [reads]),
      lister: userOf('arn:aws:iam::000000000000:user/lister', [reads, lists]),
    },
  });
  await as(cloud, S3Client, 's3', 'local').send(new PutObjectCommand({ Bucket: 'files', Key: 'there', Body: 'a' }));

  // When both ask for an object that is there, and for one that is not
  const ask = (caller: string, Key: string) =>
    Promise.all(
      [new GetObjectCommand({ Bucket: 'files', Key }), new HeadObjectCommand({ Bucket: 'files', Key })].map((command) =>
        as(cloud, S3Client, 's3', caller)
          .send(command as GetObjectCommand)
          .then(
            () => 200,
            ({ $metadata }) => $metadata.httpStatusCode,
          ),
      ),
    );

  // Then only the one who may list it learns that it is missing
  expect(await ask('reader', 'there')).toEqual([200, 200]);
  expect(await ask('reader', 'missing')).toEqual([403, 403]);
  expect(await ask('lister', 'missing')).toEqual([404, 404]);
});
