import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { CfnOutput, Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect } from 'vitest';
import { SimulatedClock } from '../../../../local/cloud/cloud.ts';
import { printed, QueueDriver, test, urlOf } from './fixture.ts';

const hour = 3_600_000;

/** Milliseconds between two moments, rounded to a few seconds. */
function near(actual: number, expected: number): boolean {
  return Math.abs(actual - expected) < 5_000;
}

test('a leap shifts queues: delays, visibility time-outs, ages and retention', async ({ opened: bench }) => {
  const deadLetters = new Queue(bench.stack, 'DeadLetters', { retentionPeriod: Duration.hours(3) });
  new Queue(bench.stack, 'Lane', {
    visibilityTimeout: Duration.minutes(30),
    retentionPeriod: Duration.hours(2),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: 1 },
  });
  new Queue(bench.stack, 'Delaying', { deliveryDelay: Duration.minutes(15) });
  const table = new Table(bench.stack, 'Ledger', { partitionKey: { name: 'pk', type: AttributeType.STRING } });
  new CfnOutput(bench.stack, 'TableName', { value: table.tableName });
  const clock = new SimulatedClock(Date.parse('2025-06-30T20:00:00Z'));
  const cloud = await bench.start({ clock });
  const sqs = new QueueDriver(cloud);
  const [lane, dead, delaying] = await Promise.all(
    ['Lane', 'DeadLetters', 'Delaying'].map((prefix) => urlOf(cloud, prefix)),
  );
  const state = async (url = '') => (await cloud.queues()).find((queue) => queue.url === url);

  // Given one message in flight for half an hour, and one with a delay of a quarter
  const sentAt = clock.now();
  await sqs.send(lane ?? '', ['work']);
  await sqs.client.send(new SendMessageCommand({ QueueUrl: delaying, MessageBody: 'later' }));
  const [first] = await sqs.receive(lane ?? '');
  expect(near(Number(first?.Attributes?.SentTimestamp), sentAt)).toBe(true);
  expect(await sqs.receive(delaying ?? '', 0)).toEqual([]);
  expect(await state(lane)).toMatchObject({ visible: 0, inFlight: 1 });
  expect(await state(delaying)).toMatchObject({ visible: 0, delayed: 1 });

  // When a receive waits while an hour is leapt over, then it gets the delayed message at once
  const waiting = sqs.receive(delaying ?? '', 10);
  await clock.advance(hour);
  const [later] = await waiting;
  expect(later?.Body).toBe('later');
  const { SentTimestamp, ApproximateFirstReceiveTimestamp } = later?.Attributes ?? {};
  expect(near(Number(ApproximateFirstReceiveTimestamp) - Number(SentTimestamp), hour)).toBe(true);

  // And the message in flight is visible, an hour old. The second receive moves it to the dead-letter queue
  expect(await state(lane)).toMatchObject({ visible: 1, inFlight: 0, mostReceives: 1 });
  expect(Math.round((await state(lane))?.oldestAgeSeconds ?? 0)).toBeGreaterThanOrEqual(3_600);
  expect(await sqs.receive(lane ?? '', 0)).toEqual([]);
  const [letter] = await sqs.receive(dead ?? '');
  expect(letter?.Attributes?.SentTimestamp).toBe(first?.Attributes?.SentTimestamp);

  // Then its retention still counts from its first send: three hours, of which two are over
  await clock.advance(hour);
  expect(await state(dead)).toMatchObject({ expired: 0 });
  await sqs.send(lane ?? '', ['forgotten', 'forgotten too']);
  await clock.advance(hour);
  expect(await state(dead)).toMatchObject({ visible: 0, inFlight: 0, expired: 1 });
  expect(await state(lane)).toMatchObject({ visible: 2, expired: 0 });
  await clock.advance(hour);
  expect(await state(lane)).toMatchObject({ visible: 0, expired: 2 });
  expect(await sqs.receive(lane ?? '', 0)).toEqual([]);

  // And the table engine started with the clock
  const dynamodb = new DynamoDBClient(cloud.clientConfig('dynamodb'));
  const { Table: described } = await dynamodb.send(
    new DescribeTableCommand({ TableName: cloud.outputs.Bench?.TableName }),
  );
  expect(near(described?.CreationDateTime?.getTime() ?? 0, sentAt)).toBe(true);
});

test("a leap shifts functions' Date, even during an invocation, and keeps their remaining time", async ({
  opened: bench,
}) => {
  bench.declareFunction(
    bench.stack,
    'Worker',
    `const loadedAt = Date.now();
     const tell = (context) => ({
       loadedAt, now: Date.now(), date: new Date().getTime(), text: Date.parse(Date()), parsed: new Date('2026-01-02T00:00:00Z').toISOString(),
       isDate: new Date() instanceof Date && new Date().constructor === Date && structuredClone(new Date()) instanceof Date,
       remaining: context.getRemainingTimeInMillis(),
     });
     export const handler = async ({ waitForLeap }, context) => {
       const before = tell(context);
       if (waitForLeap) {
         console.log('waiting');
         while (Date.now() < before.now + 60_000) await new Promise((resolve) => setTimeout(resolve, 5));
       }
       return [before, tell(context)];
     };`,
    { functionName: 'worker', timeout: Duration.seconds(20) },
  );
  const clock = new SimulatedClock(Date.parse('2025-06-30T20:00:00Z'));
  const cloud = await bench.start({ clock });
  type Answer = Record<'loadedAt' | 'now' | 'date' | 'text' | 'remaining', number>;
  const invoke = async (payload: unknown): Promise<Answer[]> =>
    JSON.parse((await cloud.invoke('worker', payload)).payload);
  const started = clock.now();

  // Shifted before the handler is loaded
  const [first] = await invoke({});
  expect(near(first?.loadedAt ?? 0, started)).toBe(true);
  expect(near(first?.now ?? 0, started)).toBe(true);
  expect(near(first?.date ?? 0, started)).toBe(true);
  expect(near(first?.text ?? 0, started)).toBe(true);
  expect(first).toMatchObject({ parsed: '2026-01-02T00:00:00.000Z', isDate: true });
  expect(first?.remaining).toBeGreaterThan(15_000);
  expect(first?.remaining).toBeLessThanOrEqual(20_000);

  // A leap between two invocations of one environment
  await clock.advance(hour);
  const [second] = await invoke({});
  expect(second?.loadedAt).toBe(first?.loadedAt);
  expect(near(second?.now ?? 0, started + hour)).toBe(true);
  expect(second?.remaining).toBeGreaterThan(15_000);

  // A leap during an invocation
  const waiting = new Promise<void>((resolve) => {
    cloud.on('log', ({ line }) => line.includes('waiting') && resolve());
  });
  const invocation = invoke({ waitForLeap: true });
  await waiting;
  await clock.advance(hour);
  const [, after] = await invocation;
  expect(near(after?.now ?? 0, started + 2 * hour)).toBe(true);
  expect(after?.remaining).toBeGreaterThan(10_000);
  expect(cloud.environments()[0]).toMatchObject({ started: 1, killed: 0 });
});

test('a long leap fires each schedule once, and evaluates alarms at the new time', async ({ opened: bench }) => {
  const source = `export const handler = async ({ time }) => {
    console.log(JSON.stringify({ time, now: Date.now() }));
    console.log(JSON.stringify({ Beat: 1, _aws: { CloudWatchMetrics: [
      { Namespace: 'Links', Dimensions: [[]], Metrics: [{ Name: 'Beat' }] } ] } }));
  };`;
  for (const [id, minutes] of [
    ['Governor', 1],
    ['Reporter', 5],
  ] as const) {
    const target = bench.declareFunction(bench.stack, id, source);
    new Rule(bench.stack, `${id}Rule`, {
      schedule: Schedule.rate(Duration.minutes(minutes)),
      targets: [new FunctionTarget(target)],
    });
  }
  new Alarm(bench.stack, 'Silent', {
    alarmName: 'silent',
    metric: new Metric({ namespace: 'Links', metricName: 'Beat', statistic: 'Sum', period: Duration.minutes(1) }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 3,
    treatMissingData: TreatMissingData.BREACHING,
  });
  const clock = new SimulatedClock(Date.parse('2025-06-30T20:00:30Z'));
  const cloud = await bench.start({ clock });
  const alarm = () => cloud.alarms()[0];

  await clock.set(Date.parse('2025-07-31T00:00:05Z'));

  // The skipped month has no values: a heartbeat is missing
  expect(alarm()).toMatchObject({ state: 'ALARM' });
  expect(near(alarm()?.sinceMilliseconds ?? 0, Date.parse('2025-07-31T00:00:05Z'))).toBe(true);
  const fired = async (id: string) =>
    (await printed<{ time?: string; now: number }>(bench, cloud, id)).filter(({ time }) => time !== undefined);
  for (const id of ['Governor', 'Reporter']) {
    await expect.poll(() => fired(id)).toHaveLength(1);
    const [event] = await fired(id);
    expect(event?.time).toMatch(/^2025-07-31T00:00:0/);
    expect(near(event?.now ?? 0, Date.parse(event?.time ?? ''))).toBe(true);
  }

  // Minute by minute the heartbeat is back, and each schedule keeps its rate
  for (let minute = 1; minute <= 5; minute++) {
    await clock.advance(60_000);
    await expect.poll(() => fired('Governor')).toHaveLength(minute + 1);
  }
  await expect.poll(() => fired('Reporter')).toHaveLength(2);
  await expect.poll(() => alarm()?.state).toBe('OK');
  await expect.poll(() => cloud.metrics.sum('Links', 'Beat')).toBe(8);
});
