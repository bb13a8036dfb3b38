import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { expect, test } from 'vitest';
import { openBench, printed, QueueDriver, until, urlOf } from './fixture.ts';

test('secrets have the value given, or one made as the template says, and can be changed', async () => {
  const bench = await openBench();
  new Secret(bench.stack, 'ApiToken', { secretName: 'api-token', description: 'Token of the API' });
  const generated = new Secret(bench.stack, 'LinkIdKey', {
    generateSecretString: { passwordLength: 48, excludePunctuation: true },
  });
  new CfnOutput(bench.stack, 'LinkIdKeyArn', { value: generated.secretArn });
  const cloud = await bench.start({ secretValues: { 'Token of the API': 'from the operator' } });
  const secrets = new SecretsManagerClient(cloud.clientConfig('secretsManager'));
  const read = async (SecretId: string, VersionStage?: string) =>
    (await secrets.send(new GetSecretValueCommand({ SecretId, ...(VersionStage && { VersionStage }) }))).SecretString;

  expect(await read('api-token')).toBe('from the operator');
  expect(await read(cloud.outputs.Bench?.LinkIdKeyArn ?? '')).toMatch(/^[A-Za-z0-9]{48}$/);

  await secrets.send(new PutSecretValueCommand({ SecretId: 'api-token', SecretString: 'rotated' }));
  expect([await read('api-token'), await read('api-token', 'AWSPREVIOUS')]).toEqual(['rotated', 'from the operator']);
  const description = await secrets.send(new DescribeSecretCommand({ SecretId: 'api-token' }));
  expect(
    Object.values(description.VersionIdsToStages ?? {})
      .flat()
      .sort(),
  ).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  await expect(read('nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a value for a secret that no template declares is refused, and nothing is left running', async () => {
  const bench = await openBench();
  await expect(bench.start({ secretValues: { Typo: 'x' } })).rejects.toThrow('Typo');
});

test('outputs cross stacks, and are read by the CloudFormation client as on AWS', async () => {
  const bench = await openBench();
  const state = new Stack(bench.app, 'State');
  const bucket = new Bucket(state, 'Archive', { removalPolicy: RemovalPolicy.RETAIN });
  const worker = bench.declareFunction(
    bench.stack,
    'Worker',
    'export const handler = async () => process.env.BUCKET;',
    {
      functionName: 'worker',
      environment: { BUCKET: bucket.bucketName },
    },
  );
  new CfnOutput(bench.stack, 'WorkerName', { value: worker.functionName, description: 'Invoke <this> & that' });
  const cloud = await bench.start();
  const cloudFormation = new CloudFormationClient(cloud.clientConfig('cloudFormation'));

  // Given an object in the bucket of one stack
  const s3 = new S3Client(cloud.clientConfig('s3'));
  const Bucket_ = JSON.parse((await cloud.invoke('worker', {})).payload);
  await s3.send(new PutObjectCommand({ Bucket: Bucket_, Key: 'a/b', Body: 'kept' }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: Bucket_, Key: 'a/b' }));
  expect(await Body?.transformToString()).toBe('kept');

  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'Bench' }));
  expect(Stacks?.[0]).toMatchObject({
    StackName: 'Bench',
    StackStatus: 'CREATE_COMPLETE',
    Outputs: [{ OutputKey: 'WorkerName', OutputValue: 'worker', Description: 'Invoke <this> & that' }],
  });
  await expect(cloudFormation.send(new DescribeStacksCommand({ StackName: 'Nobody' }))).rejects.toThrow(
    'Stack with id Nobody does not exist',
  );
});

test('a topic delivers what passes the filter to a queue, and nothing by e-mail, which it says', async () => {
  const bench = await openBench();
  const topic = new Topic(bench.stack, 'Outcomes');
  const queue = new Queue(bench.stack, 'Mine');
  topic.addSubscription(
    new SqsSubscription(queue, {
      rawMessageDelivery: true,
      filterPolicy: { outcome: SubscriptionFilter.stringFilter({ allowlist: ['created'] }) },
    }),
  );
  topic.addSubscription(new EmailSubscription('someone@example.com'));
  new CfnOutput(bench.stack, 'TopicArn', { value: topic.topicArn });
  const cloud = await bench.start();
  const TopicArn = cloud.outputs.Bench?.TopicArn ?? '';
  const sns = new SNSClient(cloud.clientConfig('sns'));
  const publish = (outcome: string) =>
    sns.send(
      new PublishCommand({
        TopicArn,
        Message: outcome,
        MessageAttributes: { outcome: { DataType: 'String', StringValue: outcome } },
      }),
    );

  await publish('updated');
  await publish('created');

  const sqs = new QueueDriver(cloud);
  expect((await sqs.receive(await urlOf(cloud, 'Mine'))).map(({ Body }) => Body)).toEqual(['created']);
  expect(cloud.undeliveredSubscriptions).toEqual([
    { topicArn: TopicArn, protocol: 'email', endpoint: 'someone@example.com' },
  ]);
  expect(cloud.notices).toContainEqual({
    severity: 'warning',
    subject: 'AWS::SNS::Subscription',
    reason: 'nothing is delivered by email',
    resources: [expect.stringMatching(/^Bench\/Outcomes/)],
  });
});

test('expired items of a table with a time to live are deleted, others stay', async () => {
  const bench = await openBench();
  const table = new Table(bench.stack, 'Ledger', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'expiresAt',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  });
  new CfnOutput(bench.stack, 'TableName', { value: table.tableName });
  const cloud = await bench.start({ sweepExpiredItemsEverySeconds: 0.2 });
  const dynamodb = new DynamoDBClient(cloud.clientConfig('dynamodb'));
  const TableName = cloud.outputs.Bench?.TableName ?? '';
  const nowSeconds = Math.floor(Date.now() / 1000);
  const put = (pk: string, expiresAt?: number) =>
    dynamodb.send(
      new PutItemCommand({
        TableName,
        Item: { pk: { S: pk }, ...(expiresAt !== undefined && { expiresAt: { N: String(expiresAt) } }) },
      }),
    );

  await put('later', nowSeconds + 3_600);
  await put('never');
  await put('mistaken', 12);
  await put('expired', nowSeconds - 1);

  const keys = async () =>
    ((await dynamodb.send(new ScanCommand({ TableName }))).Items ?? []).map(({ pk }) => pk?.S).sort();
  expect(await until(keys, (left) => !left.includes('expired'))).toEqual(['later', 'mistaken', 'never']);
});

test('a rate fires at the start if asked to, and then whenever its interval is over by the clock', async () => {
  const bench = await openBench();
  const governor = bench.declareFunction(
    bench.stack,
    'Governor',
    'export const handler = async (event) => { console.log(JSON.stringify(event)); };',
  );
  new Rule(bench.stack, 'EveryMinute', {
    schedule: Schedule.rate(Duration.minutes(1)),
    targets: [new FunctionTarget(governor)],
  });
  let shift = 0;
  const cloud = await bench.start({ fireSchedulesAtStart: true, clock: { now: () => Date.now() + shift } });
  const events = () => printed<Record<string, unknown>>(bench, cloud, 'Governor');

  const [first] = await until(events, (list) => list.length === 1);
  expect(first).toMatchObject({
    source: 'aws.events',
    'detail-type': 'Scheduled Event',
    account: '000000000000',
    resources: [expect.stringMatching(/^arn:aws:events:us-east-1:000000000000:rule\//)],
    detail: {},
  });

  shift = 60_000;
  expect(await until(events, (list) => list.length > 1)).toHaveLength(2);
});

test('reports what it meets and does not carry out, once for each type or property', async () => {
  const bench = await openBench();
  new StringParameter(bench.stack, 'Setting', { stringValue: 'x' });
  new Bucket(bench.stack, 'First', { versioned: true });
  new Bucket(bench.stack, 'Second', { versioned: true });
  bench.declareFunction(bench.stack, 'Tried', '', { retryAttempts: 0 });
  bench.declareFunction(bench.stack, 'TriedAgain', '', { retryAttempts: 1 });
  const cloud = await bench.start();

  expect(cloud.notices).toContainEqual({
    severity: 'warning',
    subject: 'AWS::SSM::Parameter',
    reason: 'this type of resource is not known here',
    resources: [expect.stringMatching(/^Bench\/Setting/)],
  });
  expect(cloud.notices).toContainEqual({
    severity: 'warning',
    subject: 'AWS::S3::Bucket.VersioningConfiguration',
    reason: 'an object that is overwritten or deleted leaves no version behind',
    resources: [expect.stringMatching(/^Bench\/First/), expect.stringMatching(/^Bench\/Second/)],
  });
  // A property of which one value alone is carried out
  expect(cloud.notices).toContainEqual({
    severity: 'warning',
    subject: 'AWS::Lambda::EventInvokeConfig.MaximumRetryAttempts',
    reason: 'a failed invocation is not tried again',
    resources: [expect.stringMatching(/^Bench\/TriedAgain/)],
  });
});
