import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { CfnOutput } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import { expect, onTestFinished } from 'vitest';
import { checkSnsMessage } from '../../../../client/sns-signature.ts';
import { OutcomeDeliveries } from '../../../../lib/constructs/outcome-deliveries.ts';
import { outcomeTopic } from '../../../../lib/constructs/outcome-topic.ts';
import type { Observed } from '../../../../lib/observability/alarm-line.ts';
import { deliveryAlarms } from '../../../../lib/observability/http-alarms.ts';
import { SimulatedClock } from '../../../../local/cloud/cloud.ts';
import { countTopics } from '../../../../local/cloud/storage/topics.ts';
import { givenReceiver } from '../../../world/receiver.ts';
import { QueueDriver, test, urlOf } from './fixture.ts';

test('outcomes that a receiver does not take are dead letters, and the alarm fires', { timeout: 120_000 }, async ({
  opened: bench,
}) => {
  // Given the pipeline's own topic, deliveries and alarm, and four receivers
  const topic = outcomeTopic(bench.stack, 'OneLink', undefined);
  const posted = ['failing', 'slow', 'rubbish', 'sound'].map((source) => ({
    source,
    outcomeUrl: `https://hooks.acme.example/${source}`,
  }));
  const outcomeDeliveries = new OutcomeDeliveries(bench.stack, 'Deliveries', { topic, posted, rules: {} });
  for (const { id, metric, threshold, periods } of deliveryAlarms({ outcomeDeliveries } as Observed)) {
    const comparisonOperator = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
    new Alarm(bench.stack, id, { alarmName: id, metric, threshold, evaluationPeriods: periods, comparisonOperator });
  }
  new CfnOutput(bench.stack, 'TopicArn', { value: topic.topicArn });
  const receiver = await givenReceiver(onTestFinished, {
    answer: (response) => {
      if (response.req.url === '/failing') response.writeHead(503).end();
      // It takes the request, and never answers.
      if (response.req.url === '/slow') return;
      if (response.req.url === '/rubbish') response.socket?.end('HTTP rubbish\u0000\r\n\r\n');
      if (response.req.url === '/sound') response.writeHead(200).end();
    },
  });
  const clock = new SimulatedClock();
  const cloud = await bench.start({
    receiverPort: receiver.port,
    receiverTimeoutSeconds: 0.5,
    sampleQueuesEverySeconds: 0.2,
    clock,
  });
  const topicArn = cloud.outputs.Bench?.TopicArn ?? '';
  await expect.poll(() => receiver.confirmations.length, { timeout: 10_000 }).toBe(4);
  const retrying = async () => (await countTopics(cloud.endpoints.sns))[0]?.retrying;
  const letters = await urlOf(cloud, 'DeliveriesDeadLetters');
  const sqs = new QueueDriver(cloud);

  // When each source has an outcome, and fifty minutes pass
  const sns = new SNSClient(cloud.clientConfig('sns'));
  for (const { source } of posted) {
    const outcome = { outcome: 'created', outcomeId: source, source };
    const MessageAttributes = { source: { DataType: 'String', StringValue: source } };
    await sns.send(new PublishCommand({ TopicArn: topicArn, Message: JSON.stringify(outcome), MessageAttributes }));
  }
  const startedAt = clock.now();
  for (let retry = 1; retry <= 12; retry += 1) {
    await expect.poll(retrying, { timeout: 10_000 }).toBe(3);
    await clock.advance(300_000);
  }
  expect(clock.now() - startedAt).toBeLessThan(3_800_000);

  // Then the three outcomes are dead letters after thirteen attempts each, and the fourth was delivered at once
  await expect.poll(() => sqs.depth(letters), { timeout: 10_000 }).toBe(3);
  const attempts = (path: string) => receiver.notifications.filter((one) => one.path === path).length;
  expect(['/failing', '/slow', '/rubbish', '/sound'].map(attempts)).toEqual([13, 13, 13, 1]);
  const expected = { topicArn, localOrigin: cloud.endpoints.sns, now: () => clock.now() };
  const bodies = (await sqs.receive(letters)).map(({ Body = '' }) => Body);
  const outcomes = await Promise.all(bodies.map((body) => checkSnsMessage(body, expected)));
  const sources = outcomes.map((one) => one.type === 'Notification' && one.outcome.source);
  expect(sources.toSorted()).toEqual(['failing', 'rubbish', 'slow']);

  // And the alarm fires, while the receivers of other sources get theirs.
  await clock.advance(120_000);
  const states = () => cloud.alarms().map(({ name, state }) => `${name} ${state}`);
  await expect.poll(states, { timeout: 10_000 }).toEqual(['outcome-deliveries-failing ALARM']);
  // The alarm may fire at the first measured letter. The next measurement has all.
  const measured = (name: string) => cloud.metrics.sum('AWS/SNS', name);
  await expect.poll(() => measured('NumberOfNotificationsRedrivenToDlq'), { timeout: 10_000 }).toBe(3);
  expect(measured('NumberOfNotificationsDelivered')).toBe(1);
});
