import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect } from 'vitest';
import { QueueDriver, test, urlOf } from './fixture.ts';

const minute = Duration.minutes(1);

test('an embedded metric raises an alarm, and the alarm publishes to its topic', async ({ opened: bench }) => {
  // Given a function that logs its event, and an alarm on it
  const pages = new Queue(bench.stack, 'Pages');
  const topic = new Topic(bench.stack, 'Alarms');
  topic.addSubscription(new SqsSubscription(pages, { rawMessageDelivery: true }));
  bench.declareFunction(
    bench.stack,
    'Worker',
    `export const handler = async (values) => console.log(JSON.stringify({
       _aws: { Timestamp: 0, CloudWatchMetrics: [
         { Namespace: 'Links', Dimensions: [['lane']], Metrics: [{ Name: 'Refused' }, { Name: 'Latency' }] } ] },
       lane: 'campaign', ...values }));`,
    { functionName: 'worker' },
  );
  const metric = (metricName: string, statistic: string) =>
    new Metric({ namespace: 'Links', metricName, dimensionsMap: { lane: 'campaign' }, statistic, period: minute });
  const refused = new Alarm(bench.stack, 'Refused', {
    alarmName: 'links-refused',
    alarmDescription: 'RUNBOOK.md#refused',
    metric: metric('Refused', Stats.SUM),
    threshold: 3,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  refused.addAlarmAction(new SnsAction(topic));
  new Alarm(bench.stack, 'Slow', {
    alarmName: 'links-slow',
    metric: metric('Latency', 'p90'),
    threshold: 100,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
  });
  new Alarm(bench.stack, 'Share', {
    alarmName: 'links-refused-share',
    metric: new MathExpression({
      expression: 'IF(calls > 0, 100 * refused / calls, 0)',
      usingMetrics: { refused: metric('Refused', Stats.SUM), calls: metric('Latency', Stats.SAMPLE_COUNT) },
      period: minute,
    }),
    threshold: 50,
    evaluationPeriods: 1,
  });
  let shift = 0;
  const cloud = await bench.start({ clock: { now: () => Date.now() + shift } });

  await cloud.invoke('worker', { Refused: 2, Latency: [10, 10, 10, 10, 10, 10, 10, 10, 500, 500] });
  await cloud.invoke('worker', { Refused: 1, Latency: 10 });
  await expect.poll(() => cloud.metrics.sum('Links', 'Refused', { lane: 'campaign' })).toBe(3);
  expect(cloud.alarms().map(({ state }) => state)).toEqual(Array(3).fill('INSUFFICIENT_DATA'));

  // When the minute is over
  shift = 60_000;

  // Then each alarm has its state, and the topic has CloudWatch's message
  await expect.poll(() => cloud.alarmTransitions().length).toBe(3);
  expect(Object.fromEntries(cloud.alarms().map(({ name, state }) => [name, state]))).toEqual({
    'links-refused': 'ALARM',
    'links-slow': 'ALARM',
    'links-refused-share': 'OK',
  });
  const sqs = new QueueDriver(cloud);
  const [page] = await sqs.receive(await urlOf(cloud, 'Pages'));
  expect(JSON.parse(page?.Body ?? '')).toMatchObject({
    AlarmName: 'links-refused',
    AlarmDescription: 'RUNBOOK.md#refused',
    OldStateValue: 'INSUFFICIENT_DATA',
    NewStateValue: 'ALARM',
    Trigger: {
      MetricName: 'Refused',
      Namespace: 'Links',
      Threshold: 3,
      Dimensions: [{ name: 'lane', value: 'campaign' }],
    },
  });

  // And after enough periods without a breach, the alarm is OK
  shift = 5 * 60_000;
  await expect.poll(() => cloud.alarms().find(({ name }) => name === 'links-refused')?.state).toBe('OK');
});

test("alarms on AWS's queue metrics see messages and their age, and a notice names unmeasured metrics", async ({
  opened: bench,
}) => {
  const deadLetters = new Queue(bench.stack, 'DeadLetters');
  const alarm = (id: string, metric: Metric, threshold: number) =>
    new Alarm(bench.stack, id, {
      alarmName: id,
      metric: metric.with({ period: minute }),
      threshold,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  alarm('visible', deadLetters.metricApproximateNumberOfMessagesVisible(), 2);
  alarm('old', deadLetters.metricApproximateAgeOfOldestMessage(), 3_600);
  alarm('unmeasured', new Metric({ namespace: 'AWS/SNS', metricName: 'NumberOfNotificationsFailed' }), 1);
  let shift = 0;
  const cloud = await bench.start({ clock: { now: () => Date.now() + shift }, sampleQueuesEverySeconds: 0.1 });
  const sqs = new QueueDriver(cloud);

  await sqs.send(await urlOf(cloud, 'DeadLetters'), ['a', 'b']);
  const QueueName = (await cloud.queues())[0]?.name ?? '';
  await expect.poll(() => cloud.metrics.latest('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName })).toBe(2);
  shift = 60_000;

  await expect.poll(() => cloud.alarmTransitions().length).toBe(3);
  expect(
    cloud
      .alarms()
      .map(({ name, state }) => `${name} ${state}`)
      .sort(),
  ).toEqual(['old OK', 'unmeasured OK', 'visible ALARM']);
  expect(cloud.metrics.sum('AWS/SQS', 'NumberOfMessagesSent', { QueueName })).toBe(2);
  expect(cloud.notices).toContainEqual(
    expect.objectContaining({
      subject: 'AWS::CloudWatch::Alarm',
      reason: 'nothing here measures AWS/SNS NumberOfNotificationsFailed: its alarms get no data',
    }),
  );
});

test('a heartbeat alarm waits for one period after its creation', async ({ opened: bench }) => {
  new Alarm(bench.stack, 'Silent', {
    alarmName: 'silent',
    metric: new Metric({ namespace: 'Links', metricName: 'Beat', period: minute }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.BREACHING,
  });
  // A second before the end of the minute
  let now = Date.parse('2026-03-01T10:00:59Z');
  const cloud = await bench.start({ clock: { now: () => now } });
  const stateAt = async (time: string, expected: string) => {
    now = Date.parse(time);
    const ticks = Date.now() + 600;
    const state = () => ({ state: cloud.alarms()[0]?.state, ticked: Date.now() > ticks });
    await expect.poll(state).toEqual({ state: expected, ticked: true });
  };
  await stateAt('2026-03-01T10:01:30Z', 'INSUFFICIENT_DATA');
  await stateAt('2026-03-01T10:02:01Z', 'ALARM');
});
