import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import {
  DeleteBucketPolicyCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { CfnResource } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect } from 'vitest';
import { SimulatedClock } from '../../../../local/cloud/cloud.ts';
import { setVariables, test } from './fixture.ts';

const silent = 'export const handler = async () => 1;';

test('a client lists all resources of a stack page by page, and describes the first hundred', async ({
  opened: bench,
}) => {
  new Queue(bench.stack, 'Lane', { queueName: 'lane' });
  for (let number = 1; number <= 109; number++) {
    new CfnResource(bench.stack, `Role${number}`, { type: 'AWS::IAM::Role', properties: {} });
  }
  const cloud = await bench.start();
  const client = new CloudFormationClient(cloud.clientConfig('cloudFormation'));
  const pages: unknown[][] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: 'Bench' })) {
    pages.push(StackResourceSummaries);
  }
  expect(pages.map((page) => page.length)).toEqual([100, 10]);
  expect(pages[0]?.[0]).toEqual({
    LogicalResourceId: expect.stringMatching(/^Lane/),
    PhysicalResourceId: `${cloud.endpoints.sqs}/000000000000/lane`,
    ResourceType: 'AWS::SQS::Queue',
    ResourceStatus: 'CREATE_COMPLETE',
    LastUpdatedTimestamp: expect.any(Date),
  });

  const described = async (LogicalResourceId?: string) =>
    (await client.send(new DescribeStackResourcesCommand({ StackName: 'Bench', LogicalResourceId }))).StackResources;
  expect(await described()).toHaveLength(100);
  expect(await described('Role109')).toMatchObject([
    { StackName: 'Bench', LogicalResourceId: 'Role109', ResourceType: 'AWS::IAM::Role' },
  ]);
  const nobody = paginateListStackResources({ client }, { StackName: 'Nobody' });
  await expect(nobody.next()).rejects.toMatchObject({ name: 'ValidationError' });
});

test('a client lists functions and log groups', async ({ opened: bench }) => {
  const logGroup = new LogGroup(bench.stack, 'Logs', { logGroupName: '/lanes/b', retention: RetentionDays.ONE_MONTH });
  bench.declareFunction(bench.stack, 'B', silent, { functionName: 'b', logGroup, description: 'second' });
  bench.declareFunction(bench.stack, 'A', silent, { functionName: 'a' });
  const cloud = await bench.start();

  const lambda = new LambdaClient(cloud.clientConfig('lambda'));
  const first = await lambda.send(new ListFunctionsCommand({ MaxItems: 1 }));
  expect(first.Functions).toMatchObject([{ FunctionName: 'a', Handler: 'index.handler', Runtime: 'nodejs24.x' }]);
  const second = await lambda.send(new ListFunctionsCommand({ Marker: first.NextMarker }));
  expect(second.Functions).toMatchObject([{ FunctionName: 'b', LoggingConfig: { LogGroup: '/lanes/b' } }]);
  expect(second.NextMarker).toBeUndefined();

  const logs = new CloudWatchLogsClient(cloud.clientConfig('cloudWatchLogs'));
  const groups = await logs.send(new DescribeLogGroupsCommand({}));
  expect(groups.logGroups).toMatchObject([
    { logGroupName: '/aws/lambda/a' },
    {
      logGroupName: '/lanes/b',
      logGroupArn: 'arn:aws:logs:us-east-1:000000000000:log-group:/lanes/b',
      arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/lanes/b:*',
      retentionInDays: 30,
    },
  ]);
  const named = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/lanes', limit: 1 }));
  expect(named.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual(['/lanes/b']);
  const both = new DescribeLogGroupsCommand({ logGroupNamePrefix: '/', logGroupNamePattern: 'b' });
  await expect(logs.send(both)).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

test('a client reads statistics of a metric for periods', async ({ opened: bench }) => {
  const clock = new SimulatedClock(Date.parse('2026-03-10T12:00:00Z'));
  bench.declareFunction(bench.stack, 'Worker', silent, { functionName: 'worker' });
  const cloud = await bench.start({ clock });
  cloud.metrics.record('Bench', 'Links', { Lane: 'a' }, 1, 5);
  await clock.advance(60_000);
  cloud.metrics.record('Bench', 'Links', { Lane: 'a' }, 7);
  const cloudWatch = new CloudWatchClient(cloud.clientConfig('cloudWatch'));
  const query = {
    Namespace: 'Bench',
    MetricName: 'Links',
    Dimensions: [{ Name: 'Lane', Value: 'a' }],
    StartTime: new Date('2026-03-10T12:00:00Z'),
    EndTime: new Date('2026-03-10T12:05:00Z'),
    Period: 60,
  };
  const read = (input: object) => cloudWatch.send(new GetMetricStatisticsCommand({ ...query, ...input }));

  expect(await read({ Statistics: ['Sum', 'Maximum'], ExtendedStatistics: ['p50'] })).toMatchObject({
    Label: 'Links',
    Datapoints: [
      { Timestamp: new Date('2026-03-10T12:00:00Z'), Sum: 6, Maximum: 5, ExtendedStatistics: { p50: 1 } },
      { Timestamp: new Date('2026-03-10T12:01:00Z'), Sum: 7, Maximum: 7, ExtendedStatistics: { p50: 7 } },
    ],
  });
  expect((await read({ Statistics: ['Sum'], Dimensions: [] })).Datapoints).toEqual([]);
  await expect(read({})).rejects.toMatchObject({ name: 'MissingRequiredParameterException' });
  await expect(read({ Statistics: ['Sum'], EndTime: query.StartTime })).rejects.toMatchObject({
    name: 'InvalidParameterCombinationException',
  });
  await expect(read({ Statistics: ['Sum'], StartTime: new Date('2026-03-09T00:00:00Z') })).rejects.toThrow(
    'which exceeds the limit of 1440',
  );
});

test('a client reads policy, encryption and public access block, and cannot delete the bucket by a setting', async ({
  opened: bench,
}) => {
  new Bucket(bench.stack, 'Archive', {
    bucketName: 'archive',
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  });
  new CfnBucket(bench.stack, 'Plain', { bucketName: 'plain' });
  new CfnBucket(bench.stack, 'Keyed', {
    bucketName: 'keyed',
    bucketEncryption: {
      serverSideEncryptionConfiguration: [
        { bucketKeyEnabled: true, serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: 'key-1' } },
      ],
    },
  });
  const cloud = await bench.start({ region: 'eu-west-1' });
  const s3 = new S3Client(cloud.clientConfig('s3'));

  const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket: 'archive' }));
  expect(JSON.parse(Policy).Statement).toMatchObject([
    {
      Effect: 'Deny',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      Resource: ['arn:aws:s3:::archive', 'arn:aws:s3:::archive/*'],
    },
  ]);
  const encryptionOf = async (Bucket: string) =>
    (await s3.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration?.Rules;
  const s3Keys = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }];
  expect(await encryptionOf('archive')).toEqual(s3Keys);
  expect(await encryptionOf('plain')).toEqual(s3Keys);
  expect(await encryptionOf('keyed')).toEqual([
    {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'key-1' },
      BucketKeyEnabled: true,
    },
  ]);
  expect(await s3.send(new GetPublicAccessBlockCommand({ Bucket: 'archive' }))).toMatchObject({
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
  });

  await expect(s3.send(new GetBucketPolicyCommand({ Bucket: 'plain' }))).rejects.toMatchObject({
    name: 'NoSuchBucketPolicy',
  });
  await expect(s3.send(new GetPublicAccessBlockCommand({ Bucket: 'plain' }))).rejects.toMatchObject({
    name: 'NoSuchPublicAccessBlockConfiguration',
  });
  await expect(s3.send(new GetBucketEncryptionCommand({ Bucket: 'nobodys' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket: 'plain' }))).Status).toBeUndefined();
  const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket: 'plain' }));
  expect(LocationConstraint).toBe('eu-west-1');
  await expect(s3.send(new GetBucketCorsCommand({ Bucket: 'plain' }))).rejects.toMatchObject({
    name: 'NotImplemented',
  });
  await expect(s3.send(new DeleteBucketPolicyCommand({ Bucket: 'plain' }))).rejects.toMatchObject({
    name: 'NotImplemented',
  });
  await s3.send(new HeadBucketCommand({ Bucket: 'plain' }));
});

test('a client lists queues by the variables alone, and a standard queue refuses parameters of FIFO queues', async ({
  opened: bench,
}) => {
  new Queue(bench.stack, 'Lane', { queueName: 'lane' });
  const cloud = await bench.start();
  setVariables(cloud);
  const sqs = new SQSClient();
  const QueueUrl = `${cloud.endpoints.sqs}/000000000000/lane`;
  expect((await sqs.send(new ListQueuesCommand())).QueueUrls).toEqual([QueueUrl]);

  const reason = 'Reason: The request include parameter that is not valid for this queue type.';
  const refused = `Value d for parameter MessageDeduplicationId is invalid. ${reason}`;
  const message = { MessageBody: 'x', MessageDeduplicationId: 'd' };
  const single = sqs.send(new SendMessageCommand({ QueueUrl, ...message }));
  await expect(single).rejects.toMatchObject({ name: 'InvalidParameterValue', message: refused });
  const attempt = new ReceiveMessageCommand({ QueueUrl, ReceiveRequestAttemptId: 'd' });
  await expect(sqs.send(attempt)).rejects.toMatchObject({ name: 'InvalidParameterValue' });

  const batch = (Entries: { Id: string; MessageBody: string; MessageDeduplicationId?: string }[]) =>
    sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const failed = (Id: string) => ({ Id, SenderFault: true, Code: 'InvalidParameterValue', Message: refused });
  const inPart = await batch([
    { Id: 'bad', ...message },
    { Id: 'good', MessageBody: 'y' },
  ]);
  expect(inPart).toMatchObject({ Failed: [failed('bad')], Successful: [{ Id: 'good' }] });
  expect((await batch([{ Id: 'bad', ...message }])).Failed).toEqual([failed('bad')]);

  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'z', MessageGroupId: 'tenant' }));
  expect(await cloud.queues()).toMatchObject([{ name: 'lane', visible: 2 }]);
});

test('an invalid request gets its error, and no 500', async ({ opened: bench }) => {
  bench.declareFunction(bench.stack, 'Worker', silent, { functionName: 'worker' });
  const cloud = await bench.start();
  const call = async (method: string, path: string, body?: string, target?: string) => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', ...(target && { 'x-amz-target': target }) };
    const response = await fetch(`${cloud.endpoints.lambda}${path}`, { method, headers, ...(body && { body }) });
    return [response.status, await response.text()];
  };
  const notJson = [400, expect.stringContaining('SerializationException')];
  expect(await call('POST', '/', '{', 'secretsmanager.ListSecrets')).toEqual(notJson);
  expect(await call('POST', '/', 'null', 'secretsmanager.ListSecrets')).toEqual(notJson);
  expect(await call('POST', '/', '{}', 'constructor.assign')).toEqual([404, expect.any(String)]);
  expect(await call('GET', '/2015-03-31/functions/%zz')).toEqual([400, expect.any(String)]);
  expect(await call('GET', '//')).toEqual([404, expect.any(String)]);
  expect(await call('POST', '/2015-03-31/functions/worker/invocations', '{"n":')).toEqual([
    400,
    expect.stringContaining('Could not parse request body into json'),
  ]);
});
