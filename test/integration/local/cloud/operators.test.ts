import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  type FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  GetAccountSettingsCommand,
  GetEventSourceMappingCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { CfnOutput, Duration } from 'aws-cdk-lib';
import { Alarm, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect } from 'vitest';
import { SimulatedClock } from '../../../../local/cloud/cloud.ts';
import { QueueDriver, setVariables, test, urlOf } from './fixture.ts';

const minute = Duration.minutes(1);

test('the client of Lambda finds the cloud by the variables, and disables the mapping of a Ref', async ({
  opened: bench,
}) => {
  const lane = new Queue(bench.stack, 'Lane');
  const worker = bench.declareFunction(bench.stack, 'Worker', 'export const handler = async (event) => event;', {
    functionName: 'worker',
    reservedConcurrentExecutions: 8,
  });
  lane.grantConsumeMessages(worker);
  // As the pipeline declares it: without `Enabled`.
  const mapping = new EventSourceMapping(bench.stack, 'Mapping', {
    target: worker,
    eventSourceArn: lane.queueArn,
    batchSize: 1,
    maxConcurrency: 2,
  });
  lane.grantConsumeMessages(worker);
  new CfnOutput(bench.stack, 'MappingId', { value: mapping.eventSourceMappingId });
  const cloud = await bench.start();
  setVariables(cloud);
  const lambda = new LambdaClient();

  // Functions
  const answer = await lambda.send(new InvokeCommand({ FunctionName: 'worker', Payload: '{"n":1}' }));
  expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ n: 1 });
  const accepted = await lambda.send(new InvokeCommand({ FunctionName: 'worker', InvocationType: 'Event' }));
  expect(accepted.StatusCode).toBe(202);
  await expect(lambda.send(new InvokeCommand({ FunctionName: 'nobody' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  expect(await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'worker' }))).toMatchObject({
    FunctionName: 'worker',
    Timeout: 3,
  });
  expect(await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: 'worker' }))).toMatchObject({
    ReservedConcurrentExecutions: 8,
  });
  expect((await lambda.send(new GetAccountSettingsCommand())).AccountLimit).toEqual({
    ConcurrentExecutions: 1_000,
    UnreservedConcurrentExecutions: 992,
  });

  // The mapping
  const UUID = cloud.outputs.Bench?.MappingId;
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: 'worker' }),
  );
  expect(EventSourceMappings.map((each) => each.UUID)).toEqual([UUID]);
  const state = async () => (await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State;
  const change = async (Enabled: boolean) =>
    (await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }))).State;
  expect(await state()).toBe('Enabled');
  expect(await change(false)).toBe('Disabling');
  await expect.poll(state).toBe('Disabled');
  await new QueueDriver(cloud).send(await urlOf(cloud, 'Lane'), ['waits']);
  expect(await change(true)).toBe('Enabling');
  await expect.poll(state).toBe('Enabled');
  await expect.poll(async () => (await cloud.queues())[0]).toMatchObject({ visible: 0, inFlight: 0 });
});

test("CloudWatch's client lists alarms page by page, and reads metrics and expressions", async ({ opened: bench }) => {
  bench.declareFunction(
    bench.stack,
    'Worker',
    `export const handler = async (Latency) => console.log(JSON.stringify({ Latency, lane: 'campaign',
       _aws: { CloudWatchMetrics: [{ Namespace: 'Links', Dimensions: [['lane']], Metrics: [{ Name: 'Latency' }] }] } }));`,
    { functionName: 'worker' },
  );
  const latency = new Metric({
    namespace: 'Links',
    metricName: 'Latency',
    dimensionsMap: { lane: 'campaign' },
    period: minute,
  });
  for (const [alarmName, threshold] of Object.entries({ 'pipeline-b': 100, 'pipeline-a': 100, 'pipeline-c': 1_000 })) {
    new Alarm(bench.stack, alarmName, {
      alarmName,
      alarmDescription: `RUNBOOK.md#${alarmName}`,
      metric: latency.with({ statistic: 'Maximum' }),
      threshold,
      evaluationPeriods: 1,
    });
  }
  new Alarm(bench.stack, 'Share', {
    alarmName: 'other',
    metric: new MathExpression({
      expression: 'slow * 2',
      usingMetrics: { slow: latency.with({ statistic: 'Maximum' }) },
      period: minute,
    }),
    threshold: 5_000,
    evaluationPeriods: 2,
  });
  const clock = new SimulatedClock(Date.parse('2026-03-01T10:00:10Z'));
  const cloud = await bench.start({ clock });
  setVariables(cloud);
  const cloudWatch = new CloudWatchClient();
  await cloud.invoke('worker', [10, 20, 30, 400]);
  await expect.poll(() => cloud.metrics.count('Links', 'Latency')).toBe(4);
  await clock.set(Date.parse('2026-03-01T10:01:00Z'));
  await cloud.invoke('worker', [50]);
  await expect.poll(() => cloud.metrics.count('Links', 'Latency')).toBe(5);

  const raised = new DescribeAlarmsCommand({ AlarmNamePrefix: 'pipeline-', StateValue: 'ALARM', MaxRecords: 1 });
  const first = await cloudWatch.send(raised);
  expect(first.MetricAlarms).toHaveLength(1);
  expect(first.MetricAlarms?.[0]).toMatchObject({
    AlarmName: 'pipeline-a',
    AlarmDescription: 'RUNBOOK.md#pipeline-a',
    StateValue: 'ALARM',
    Namespace: 'Links',
    MetricName: 'Latency',
    Dimensions: [{ Name: 'lane', Value: 'campaign' }],
    Threshold: 100,
    TreatMissingData: 'missing',
  });
  expect(first.MetricAlarms?.[0]?.StateUpdatedTimestamp?.toISOString()).toMatch(/^2026-03-01T10:01:00/);
  const rest = await cloudWatch.send(new DescribeAlarmsCommand({ ...raised.input, NextToken: first.NextToken }));
  expect(rest.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['pipeline-b']);
  expect(rest.NextToken).toBeUndefined();
  const { MetricAlarms: [share] = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ['other'] }));
  expect(share).toMatchObject({ StateValue: 'OK', EvaluationPeriods: 2 });
  expect(share?.Metrics?.map(({ Expression }) => Expression)).toEqual(expect.arrayContaining(['slow * 2']));

  const query = (Id: string, Stat: string, ReturnData = true) => ({
    Id,
    ReturnData,
    MetricStat: {
      Metric: { Namespace: 'Links', MetricName: 'Latency', Dimensions: [{ Name: 'lane', Value: 'campaign' }] },
      Period: 60,
      Stat,
    },
  });
  const times = { StartTime: new Date('2026-03-01T09:00:00Z'), EndTime: new Date('2026-03-02T00:00:00Z') };
  const { MetricDataResults } = await cloudWatch.send(
    new GetMetricDataCommand({
      ...times,
      MetricDataQueries: [
        query('total', 'Sum'),
        query('mean', 'Average'),
        query('p75', 'p75'),
        query('least', 'Minimum', false),
        { Id: 'twice', Expression: 'least * 2' },
      ],
    }),
  );
  expect(MetricDataResults?.map(({ Id, Values }) => ({ Id, Values }))).toEqual([
    { Id: 'total', Values: [50, 460] },
    { Id: 'mean', Values: [50, 115] },
    { Id: 'p75', Values: [50, 30] },
    { Id: 'twice', Values: [100, 20] },
  ]);
  expect(MetricDataResults?.[0]?.Timestamps?.map((at) => at.toISOString())).toEqual([
    '2026-03-01T10:01:00.000Z',
    '2026-03-01T10:00:00.000Z',
  ]);
  await expect(
    cloudWatch.send(new GetMetricDataCommand({ ...times, MetricDataQueries: [query('trimmed', 'tm99')] })),
  ).rejects.toThrow('the statistic tm99 is not implemented here');
});

test("CloudWatch Logs' client finds the output of a function, oldest or newest first, page by page", async ({
  opened: bench,
}) => {
  const logGroup = new LogGroup(bench.stack, 'Logs', { logGroupName: 'pipeline-worker' });
  bench.declareFunction(
    bench.stack,
    'Worker',
    `export const handler = async (lines) => { for (const line of lines) console.log(typeof line === 'string' ? line : JSON.stringify(line)); };`,
    { functionName: 'worker', logGroup },
  );
  const clock = new SimulatedClock(Date.parse('2026-03-01T10:00:00Z'));
  const cloud = await bench.start({ clock });
  setVariables(cloud);
  const logs = new CloudWatchLogsClient();
  const filter = (input: FilterLogEventsCommandInput) =>
    logs.send(new FilterLogEventsCommand({ logGroupName: 'pipeline-worker', ...input }));
  const print = async (...lines: unknown[]) => {
    await cloud.invoke('worker', lines);
    const printed = async () => (await filter({ filterPattern: '' })).events?.map(({ message }) => message);
    await expect.poll(printed).toContain(lines.at(-1));
  };
  const entry = (n: number, requestId: string) => ({ n, requestId, source: 'crm', note: 'ünïcode' });
  await print('Init', entry(1, 'r-1'), entry(2, 'r-2'), entry(3, 'r-1'), 'end of the first');
  await clock.advance(3_600_000);
  await print(entry(4, 'r-1'), { n: 5, requestId: 'r-1', source: 'shop' }, 'end of the second');

  const filterPattern = '{ $.requestId = "r-1" && $.source = "crm" }';
  const numbers = ({ events = [] }: Pick<FilterLogEventsCommandOutput, 'events'>) =>
    events.map(({ message }) => JSON.parse(message ?? '').n);
  const all = await filter({ filterPattern });
  expect(numbers(all)).toEqual([1, 3, 4]);
  expect(all.nextToken).toBeUndefined();
  expect(all.events?.map(({ timestamp = 0 }) => new Date(timestamp).toISOString().slice(0, 16))).toEqual([
    '2026-03-01T10:00',
    '2026-03-01T10:00',
    '2026-03-01T11:00',
  ]);

  for (const [startFromHead, pages] of [
    [true, [[1, 3], [4]]],
    [false, [[4, 3], [1]]],
  ] as const) {
    const first = await filter({ filterPattern, startFromHead, limit: 2 });
    const second = await filter({ filterPattern, limit: 2, nextToken: first.nextToken });
    expect([numbers(first), numbers(second)]).toEqual(pages);
    expect(second.nextToken).toBeUndefined();
  }

  const elevenOClock = Date.parse('2026-03-01T11:00:00Z');
  expect(numbers(await filter({ filterPattern, startTime: elevenOClock }))).toEqual([4]);
  expect(numbers(await filter({ filterPattern, endTime: elevenOClock - 1 }))).toEqual([1, 3]);
  await expect(filter({ filterPattern: 'ERROR' })).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringContaining('the filter pattern ERROR is not implemented here'),
  });
  await expect(filter({ logGroupName: 'nobody' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
