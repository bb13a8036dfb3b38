import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import {
  EventSourceMapping,
  type EventSourceMappingOptions,
  FilterCriteria,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { test as base, expect } from 'vitest';
import type { LocalCloud, LocalCloudOptions } from '../../../../local/cloud/cloud.ts';
import { ExpirySweeper } from '../../../../local/cloud/storage/expiry-sweeper.ts';
import type { StreamRecord } from '../../../../local/cloud/storage/stream-record.ts';
import { type Bench, openBench, printed } from './fixture.ts';

const test = base.extend('opened', openLedger);

const expiredLinks = {
  eventName: ['REMOVE'],
  userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] },
  dynamodb: { Keys: { pk: { S: [{ prefix: 'link#' }] } } },
};
const nowSeconds = 1_800_000_000;

/** A ledger in a stack of its own. The consumers of its stream are in another. */
async function openLedger() {
  const bench = await openBench();
  const ledger = new Table(new Stack(bench.app, 'State'), 'Ledger', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'expiresAt',
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
  });
  new CfnOutput(bench.stack, 'StreamArn', { value: ledger.tableStreamArn ?? '' });
  new CfnOutput(bench.stack, 'TableName', { value: ledger.tableName });
  return { bench, ledger };
}

/** A function that prints its event and then runs `rest`, and the mapping that invokes it. */
function declareIntake(
  bench: Bench,
  source: Table,
  rest = '',
  {
    pattern = expiredLinks,
    ...options
  }: Partial<EventSourceMappingOptions> & { pattern?: Record<string, unknown> } = {},
): EventSourceMapping {
  const target = bench.declareFunction(
    bench.stack,
    'Intake',
    `let calls = 0;
     export const handler = async (event) => {
       calls++;
       console.log(JSON.stringify(event));
       const numbers = event.Records.map(({ dynamodb }) => dynamodb.SequenceNumber);
       const keys = event.Records.map(({ dynamodb }) => dynamodb.Keys.pk.S);
       ${rest}
     };`,
  );
  return new EventSourceMapping(bench.stack, 'Mapping', {
    target,
    eventSourceArn: source.tableStreamArn ?? '',
    startingPosition: StartingPosition.TRIM_HORIZON,
    filters: [FilterCriteria.filter(pattern)],
    ...options,
  });
}

/** Starts a cloud that sweeps only on request, by a clock that a test sets. */
async function start(bench: Bench, options: Partial<LocalCloudOptions> = {}) {
  const time = { seconds: nowSeconds };
  const clock = { now: () => time.seconds * 1000 };
  const cloud = await bench.start({ sweepExpiredItemsEverySeconds: 0, clock, ...options });
  const { TableName = '' } = cloud.outputs.Bench ?? {};
  const dynamodb = new DynamoDBClient(cloud.clientConfig('dynamodb'));
  return {
    cloud,
    time,
    clock,
    TableName,
    put: (pk: string, expiresAt: number) =>
      dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: pk }, expiresAt: { N: String(expiresAt) } } })),
    remove: (pk: string) => dynamodb.send(new DeleteItemCommand({ TableName, Key: { pk: { S: pk } } })),
    keys: async () => ((await dynamodb.send(new ScanCommand({ TableName }))).Items ?? []).map(({ pk }) => pk?.S).sort(),
  };
}

/** The keys of the function's records, invocation by invocation. */
async function handed(bench: Bench, cloud: LocalCloud): Promise<string[][]> {
  const events = await printed<{ Records: StreamRecord[] }>(bench, cloud, 'Intake');
  return events.map(({ Records }) =>
    Records.map(({ dynamodb }) => (dynamodb.Keys.pk as { S: string }).S.replace('link#', '')).sort(),
  );
}

test('the function gets each expired item that passes the filter, and nothing else', async () => {
  // Given a ledger whose stream feeds a function
  const { bench, ledger } = await openLedger();
  declareIntake(bench, ledger);
  const { cloud, put, remove, keys } = await start(bench);
  await put('link#a/1', nowSeconds);
  await put('link#a/2', nowSeconds + 1);
  await put('request#a/3', nowSeconds - 1);
  await put('link#a/4', nowSeconds - 1);
  await remove('link#a/4');

  // When the sweeper runs
  expect(await cloud.sweepExpiredItems()).toBe(2);

  // Then only the expired items are deleted, and the function gets only the link
  expect(await keys()).toEqual(['link#a/2']);
  expect(await printed(bench, cloud, 'Intake')).toEqual([
    {
      Records: [
        {
          eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventName: 'REMOVE',
          eventVersion: '1.1',
          eventSource: 'aws:dynamodb',
          awsRegion: 'us-east-1',
          dynamodb: {
            ApproximateCreationDateTime: nowSeconds,
            Keys: { pk: { S: 'link#a/1' } },
            OldImage: { pk: { S: 'link#a/1' }, expiresAt: { N: String(nowSeconds) } },
            SequenceNumber: expect.stringMatching(/^\d{21,40}$/),
            StreamViewType: 'NEW_AND_OLD_IMAGES',
          },
          userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
          eventSourceARN: cloud.outputs.Bench?.StreamArn,
        },
      ],
    },
  ]);
  expect(cloud.outputs.Bench?.StreamArn).toMatch(
    /^arn:aws:dynamodb:us-east-1:000000000000:table\/State-Ledger.*\/stream\//,
  );

  // And a notice names what is not implemented
  const noticeOf = (subject: string) => cloud.notices.find((notice) => notice.subject === subject);
  expect(noticeOf('AWS::DynamoDB::Table.StreamSpecification')).toMatchObject({
    severity: 'warning',
    reason: 'the stream has only deletions of expired items, not what clients insert, modify or remove',
  });
  expect(noticeOf('AWS::Lambda::EventSourceMapping')).toBeUndefined();
});

test('an expired item stays for the configured time, by the clock', async ({ opened: { bench, ledger } }) => {
  declareIntake(bench, ledger);
  const { cloud, time, put, keys } = await start(bench, {
    expiredItemsLingerSeconds: Duration.days(2).toSeconds(),
  });
  for (let number = 10; number < 35; number++) await put(`link#${number}`, nowSeconds);

  time.seconds += 2 * 86_400 - 1;
  expect(await cloud.sweepExpiredItems()).toBe(0);
  expect(await keys()).toHaveLength(25);

  time.seconds += 1;
  // Two at once: each item is deleted, counted and reported once.
  expect((await Promise.all([cloud.sweepExpiredItems(), cloud.sweepExpiredItems()])).sort()).toEqual([0, 25]);
  expect((await handed(bench, cloud)).flat()).toHaveLength(25);
});

test('an item that a client renews during a sweep stays, and is not reported', async () => {
  // Given a renewal between the sweeper's scan and its deletion
  const { bench } = await openLedger();
  const { cloud, clock, TableName, put, keys } = await start(bench);
  await put('link#renewed', nowSeconds - 1);
  const dynamodb = new DynamoDBClient(cloud.clientConfig('dynamodb'));
  dynamodb.middlewareStack.add(
    (next, context) => async (call) => {
      if (context.commandName === 'DeleteItemCommand') await put('link#renewed', nowSeconds + 1);
      return next(call);
    },
    { step: 'initialize' },
  );
  const records: StreamRecord[] = [];
  const sweeper = new ExpirySweeper({
    tables: [
      {
        tableName: TableName,
        keyAttributes: ['pk'],
        expiryAttribute: 'expiresAt',
        stream: { arn: cloud.outputs.Bench?.StreamArn ?? '', viewType: 'NEW_AND_OLD_IMAGES' },
      },
    ],
    dynamodb,
    region: 'us-east-1',
    clock,
    lingerSeconds: 0,
    stopping: new AbortController().signal,
    onRecord: (record) => records.push(record),
  });

  expect(await sweeper.sweep()).toBe(0);

  expect(records).toEqual([]);
  expect(await keys()).toEqual(['link#renewed']);
});

test('a background sweep leaves the table engine to others between pages, until a caller waits for it', async () => {
  // Given three pages, and a sweeper that records the time of each request
  const { bench } = await openLedger();
  const { cloud, clock, TableName, put, keys } = await start(bench);
  for (let number = 100; number < 350; number++) await put(`link#${number}`, nowSeconds + (number % 25));
  const dynamodb = new DynamoDBClient(cloud.clientConfig('dynamodb'));
  const askedAt: number[] = [];
  const spent: number[] = [];
  dynamodb.middlewareStack.add(
    (next, context) => async (call) => {
      const begun = performance.now();
      if (context.commandName === 'ScanCommand') spent[askedAt.push(begun) - 1] = 0;
      const answer = await next(call);
      spent[askedAt.length - 1] = (spent[askedAt.length - 1] ?? 0) + performance.now() - begun;
      return answer;
    },
    { step: 'initialize' },
  );
  const sweeper = new ExpirySweeper({
    tables: [{ tableName: TableName, keyAttributes: ['pk'], expiryAttribute: 'expiresAt', stream: undefined }],
    dynamodb,
    region: 'us-east-1',
    clock,
    lingerSeconds: 0,
    stopping: new AbortController().signal,
    onRecord: () => {},
  });

  // When it sweeps, and a caller waits from the second page on
  const inBackground = sweeper.sweepInBackground();
  while (askedAt.length < 2) await sleep(1);
  expect(await sweeper.sweep()).toBe(0);

  // Then the pause after the first page was nine times its duration
  expect(await inBackground).toBe(10);
  const [first = 0, second = 0, third = 0] = askedAt;
  expect(second - first).toBeGreaterThan(9 * (spent[0] ?? 0));
  expect(third - second).toBeLessThan(9 * (spent[1] ?? 0));
  expect(await keys()).toHaveLength(240);
});

test('batches have the configured size, and a partly failed batch continues at the reported record', async ({
  opened: { bench, ledger },
}) => {
  const report = 'return { batchItemFailures: calls === 1 ? [{ itemIdentifier: numbers[1] }] : [] };';
  declareIntake(bench, ledger, report, {
    batchSize: 3,
    maxBatchingWindow: Duration.seconds(1),
    reportBatchItemFailures: true,
  });
  const { cloud, put } = await start(bench);
  for (const number of [1, 2, 3, 4, 5]) await put(`link#${number}`, nowSeconds);

  await cloud.sweepExpiredItems();

  const batches = await handed(bench, cloud);
  expect(batches.map((keys) => keys.length)).toEqual([3, 2, 2]);
  // The second and third record of the first batch are delivered again, and then the others.
  expect(batches[0]).toEqual(expect.arrayContaining(batches[1] ?? []));
  expect([...new Set(batches.flat())].sort()).toEqual(['1', '2', '3', '4', '5']);
});

test('a failing batch is bisected until one record is left, which goes to the bucket with its whole event', async () => {
  // Given a record that every invocation fails on
  const { bench, ledger } = await openLedger();
  const archive = new Bucket(bench.stack, 'Archive');
  declareIntake(bench, ledger, `if (keys.includes('link#bad')) throw new Error('no');`, {
    maxBatchingWindow: Duration.seconds(1),
    bisectBatchOnError: true,
    retryAttempts: 1,
    onFailure: {
      bind: (_, target) => {
        archive.grantPut(target);
        return { destination: archive.bucketArn };
      },
    },
  });
  const { cloud, put } = await start(bench);
  for (const name of ['1', '2', 'bad', '4']) await put(`link#${name}`, nowSeconds);

  await cloud.sweepExpiredItems();

  // Then the others are done, each once in a batch without it
  const good = (await handed(bench, cloud)).filter((keys) => !keys.includes('bad'));
  expect(good.flat().sort()).toEqual(['1', '2', '4']);
  const s3 = new S3Client({ ...cloud.clientConfig('s3'), forcePathStyle: true });
  const name = (await s3.send(new ListBucketsCommand({}))).Buckets?.[0]?.Name ?? '';
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: name }));
  expect(Contents.map(({ Key }) => Key)).toEqual([
    expect.stringMatching(/^aws\/lambda\/[0-9a-f-]{36}\/shardId-[0-9-]+\/2027\/01\/15\/2027-01-15T08\.00\.00-/),
  ]);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key: Contents[0]?.Key ?? '' }));
  const given = JSON.parse((await Body?.transformToString()) ?? '');
  expect(given).toMatchObject({
    requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
    DDBStreamBatchInfo: { batchSize: 1, streamArn: cloud.outputs.Bench?.StreamArn },
  });
  expect(JSON.parse(given.payload).Records[0].dynamodb.Keys).toEqual({ pk: { S: 'link#bad' } });
});

test('a record that is too old is discarded, and IteratorAge is the age of each batch’s last record', async ({
  opened: { bench, ledger },
}) => {
  declareIntake(bench, ledger, '', { maxRecordAge: Duration.hours(1), enabled: false });
  const { cloud, time, put } = await start(bench);
  const lambda = new LambdaClient(cloud.clientConfig('lambda'));
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
  expect(EventSourceMappings).toMatchObject([
    { State: 'Disabled', EventSourceArn: cloud.outputs.Bench?.StreamArn, BatchSize: 100 },
  ]);
  await put('link#old', nowSeconds);
  await cloud.sweepExpiredItems();
  time.seconds += 1_800;
  await put('link#young', nowSeconds);
  await cloud.sweepExpiredItems();
  time.seconds += 1_801;

  await lambda.send(new UpdateEventSourceMappingCommand({ UUID: EventSourceMappings[0]?.UUID ?? '', Enabled: true }));
  await cloud.sweepExpiredItems();

  expect(await handed(bench, cloud)).toEqual([['young']]);
  const [name = ''] = cloud.environments().map((state) => state.function);
  expect(cloud.metrics.maximum('AWS/Lambda', 'IteratorAge', { FunctionName: name })).toBe(1_801_000);
});

test('the start fails for a filter that is not implemented, and names its place', async ({
  opened: { bench, ledger },
}) => {
  declareIntake(bench, ledger, '', { pattern: { dynamodb: { Keys: { pk: { S: [{ wildcard: 'link#*' }] } } } } });

  await expect(bench.start()).rejects.toThrow(
    /^Bench\/Mapping\w* \(AWS::Lambda::EventSourceMapping\): FilterCriteria\.Filters\[0\]\.Pattern: \$\.dynamodb\.Keys\.pk\.S\[0\]\.wildcard: this comparison is not implemented here$/,
  );
});

test('the start fails for a destination that is not a bucket of these stacks', async ({
  opened: { bench, ledger },
}) => {
  declareIntake(bench, ledger, '', { onFailure: { bind: () => ({ destination: 'arn:aws:s3:::elsewhere' }) } });

  await expect(bench.start()).rejects.toThrow('its destination must be a bucket of these stacks');
});
