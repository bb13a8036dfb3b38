import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { SendMessageBatchCommandOutput } from '@aws-sdk/client-sqs';
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { CfnPipe } from 'aws-cdk-lib/aws-pipes';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, test } from 'vitest';
import type { LocalCloud, LocalCloudOptions } from '../../../local/cloud/cloud.ts';
import { Pipe } from '../../../local/cloud/pipes/pipe.ts';
import { ExpirySweeper } from '../../../local/cloud/storage/expiry-sweeper.ts';
import { expiryRecord, type StreamRecord } from '../../../local/cloud/storage/stream-record.ts';
import { type Bench, openBench, QueueDriver, urlOf } from './fixture.ts';

const expiredLinks = {
  eventName: ['REMOVE'],
  userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] },
  dynamodb: { Keys: { pk: { S: [{ prefix: 'link#' }] } } },
};
const nowSeconds = 1_800_000_000;

/** A ledger in a stack of its own, and a pipe from its stream to a queue in another. */
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

function declarePipe(
  { stack }: Bench,
  id: string,
  source: Table,
  target: Queue,
  { pattern = expiredLinks, ...more }: { pattern?: unknown; desiredState?: string } = {},
): CfnPipe {
  return new CfnPipe(stack, id, {
    roleArn: 'arn:aws:iam::000000000000:role/pipe',
    source: source.tableStreamArn ?? '',
    sourceParameters: {
      filterCriteria: { filters: [{ pattern: JSON.stringify(pattern) }] },
      dynamoDbStreamParameters: { startingPosition: 'LATEST', batchSize: 10, maximumRetryAttempts: 5 },
    },
    target: target.queueArn,
    ...(more.desiredState !== undefined && { desiredState: more.desiredState }),
  });
}

/** Starts a cloud that sweeps when told to alone, by a clock that a test sets. */
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

async function bodies(cloud: LocalCloud, queue: string): Promise<string[]> {
  const messages = await new QueueDriver(cloud).receive(await urlOf(cloud, queue), 0);
  return messages.map(({ Body = '' }) => Body);
}

test('an expired item that passes the filter becomes a message, and nothing else does', async () => {
  // Given a ledger with a pipe, and one that is switched off
  const { bench, ledger } = await openLedger();
  declarePipe(bench, 'Whole', ledger, new Queue(bench.stack, 'Records'));
  declarePipe(bench, 'Off', ledger, new Queue(bench.stack, 'Nothing'), { desiredState: 'STOPPED' });
  const { cloud, put, remove, keys } = await start(bench);
  await put('link#a/1', nowSeconds);
  await put('link#a/2', nowSeconds + 1);
  await put('request#a/3', nowSeconds - 1);
  await put('link#a/4', nowSeconds - 1);
  await remove('link#a/4');

  // When the sweeper comes
  expect(await cloud.sweepExpiredItems()).toBe(2);

  // Then only what expired is gone, and only the link is told
  expect(await keys()).toEqual(['link#a/2']);
  const records = (await bodies(cloud, 'Records')).map((body) => JSON.parse(body));
  expect(records).toEqual([
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
  ]);
  expect(cloud.outputs.Bench?.StreamArn).toMatch(
    /^arn:aws:dynamodb:us-east-1:000000000000:table\/State-Ledger.*\/stream\//,
  );
  expect(await bodies(cloud, 'Nothing')).toEqual([]);

  // And what is not carried out is said
  const told = (subject: string) => cloud.notices.find((notice) => notice.subject === subject);
  expect(told('AWS::DynamoDB::Table.StreamSpecification')).toMatchObject({
    severity: 'warning',
    reason: 'only deletions of expired items are put on the stream: what clients insert, modify or remove is not',
  });
  expect(told('AWS::Pipes::Pipe.SourceParameters.DynamoDBStreamParameters.MaximumRetryAttempts')).toMatchObject({
    severity: 'left-out',
    reason: 'a pipe delivers a record again and again until the queue takes it',
    resources: ['Bench/Whole', 'Bench/Off'],
  });
});

test('an expired item lingers as long as it is told to, by the clock', async () => {
  const { bench, ledger } = await openLedger();
  declarePipe(bench, 'Pipe', ledger, new Queue(bench.stack, 'Records'));
  const { cloud, time, put, keys } = await start(bench, {
    expiredItemsLingerSeconds: Duration.days(2).toSeconds(),
  });
  for (let number = 10; number < 35; number++) await put(`link#${number}`, nowSeconds);

  time.seconds += 2 * 86_400 - 1;
  expect(await cloud.sweepExpiredItems()).toBe(0);
  expect(await keys()).toHaveLength(25);

  time.seconds += 1;
  // Two at once: each item is deleted, counted and told once.
  expect((await Promise.all([cloud.sweepExpiredItems(), cloud.sweepExpiredItems()])).sort()).toEqual([0, 25]);
  expect((await cloud.queues()).map(({ visible }) => visible)).toEqual([25]);
});

test('an item whose expiry moves while it is swept stays, and is not told', async () => {
  // Given a sweeper that is overtaken between its scan and its deletion
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

test('a sweep in the background leaves the table engine to others between two pages, until somebody waits for it', async () => {
  // Given three pages, and a sweeper that notes when it asks for each
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

  // When it sweeps, and its sweep is waited for from the second page on
  const inBackground = sweeper.sweepInBackground();
  while (askedAt.length < 2) await sleep(1);
  expect(await sweeper.sweep()).toBe(0);

  // Then the first page was followed by nine times what it took
  expect(await inBackground).toBe(10);
  const [first = 0, second = 0, third = 0] = askedAt;
  expect(second - first).toBeGreaterThan(9 * (spent[0] ?? 0));
  expect(third - second).toBeLessThan(9 * (spent[1] ?? 0));
  expect(await keys()).toHaveLength(240);
});

test('a pipe tries again what the queue engine did not answer and what it refused, and keeps the rest in order', async () => {
  // Given a queue that fails the first call, and takes of the second all but the first message
  const bench = await openBench();
  new Queue(bench.stack, 'Records');
  const cloud = await bench.start();
  const queueUrl = await urlOf(cloud, 'Records');
  const driver = new QueueDriver(cloud);
  let calls = 0;
  driver.client.middlewareStack.add(
    (next) => async (call) => {
      calls++;
      if (calls === 1) throw new Error('no answer');
      if (calls > 2) return next(call);
      const { Entries = [], ...input } = call.input as { Entries?: { Id: string }[] };
      const result = await next({ ...call, input: { ...input, Entries: Entries.slice(1) } as never });
      const Failed = [{ Id: Entries[0]?.Id, Code: 'InternalError', SenderFault: false }];
      return { ...result, output: { ...result.output, Failed } as SendMessageBatchCommandOutput };
    },
    { step: 'initialize' },
  );
  const troubles: string[] = [];
  const stopping = new AbortController();
  const pipe = new Pipe({
    sourceArn: 'arn:stream',
    queueUrl,
    sqs: driver.client,
    matches: () => true,
    stopping: stopping.signal,
    onTrouble: (error) => troubles.push(String(error)),
  });

  // When it is handed twelve records
  for (let sequence = 10; sequence < 22; sequence++) {
    const at = { region: 'us-east-1', nowMilliseconds: 0, sequence };
    pipe.take(expiryRecord({ arn: 'arn:stream', viewType: 'KEYS_ONLY' }, {}, {}, at));
  }
  await pipe.delivered();

  // Then each is delivered once, the refused one later
  const delivered = [...(await bodies(cloud, 'Records')), ...(await bodies(cloud, 'Records'))].map((body) =>
    (JSON.parse(body) as StreamRecord).dynamodb.SequenceNumber.slice(-2),
  );
  expect(delivered).toEqual(['11', '12', '13', '14', '15', '16', '17', '18', '19', '10', '20', '21']);
  expect(troubles).toEqual(['Error: no answer', 'Error: the queue refused 1 records: InternalError']);

  // And a pipe that is stopped says what it holds back
  stopping.abort();
  pipe.take(
    expiryRecord({ arn: 'arn:stream', viewType: 'KEYS_ONLY' }, {}, {}, { region: '', nowMilliseconds: 0, sequence: 1 }),
  );
  await expect(pipe.delivered()).rejects.toThrow('stopped with 1 records not delivered');
});

test('a filter that is not carried out here is refused at the start, with its place', async () => {
  const { bench, ledger } = await openLedger();
  declarePipe(bench, 'Pipe', ledger, new Queue(bench.stack, 'Records'), {
    pattern: { dynamodb: { Keys: { pk: { S: [{ wildcard: 'link#*' }] } } } },
  });

  await expect(bench.start()).rejects.toThrow(
    'Bench/Pipe (AWS::Pipes::Pipe): SourceParameters.FilterCriteria.Filters[0].Pattern: ' +
      '$.dynamodb.Keys.pk.S[0].wildcard: this comparison is not known here',
  );
});

test('a pipe that goes elsewhere, or changes what it delivers, does not run, which it says', async () => {
  const { bench, ledger } = await openLedger();
  const queue = new Queue(bench.stack, 'Records');
  declarePipe(bench, 'Enriched', ledger, queue).enrichment = 'arn:aws:lambda:us-east-1:000000000000:function:enrich';
  declarePipe(bench, 'Shaped', ledger, queue).targetParameters = { inputTemplate: '<$.dynamodb>' };
  declarePipe(bench, 'Elsewhere', ledger, queue).target = 'arn:aws:sns:us-east-1:000000000000:topic';
  const { cloud, put } = await start(bench);
  await put('link#a/1', nowSeconds);

  await cloud.sweepExpiredItems();

  expect(await bodies(cloud, 'Records')).toEqual([]);
  for (const [reason, ...resources] of [
    [
      'it does not run: it would change what it delivers, by an enrichment or an input template',
      'Bench/Enriched',
      'Bench/Shaped',
    ],
    ["it does not run: only pipes from a table's stream to a queue of these stacks do", 'Bench/Elsewhere'],
  ]) {
    expect(cloud.notices).toContainEqual({
      severity: 'warning',
      subject: 'AWS::Pipes::Pipe',
      reason,
      resources,
    });
  }
});
