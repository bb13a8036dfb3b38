import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { openOutcomeQueue } from '../../../cli/pipeline/outcome-queue.ts';
import { snsWeather } from '../../../local/weather/sns.ts';
import { givenOutcome } from '../../world/given-outcome.ts';
import { clientSettings, givenEngines } from '../lambdas/adapters/given-engines.ts';
import { always, givenFront } from '../local/weather/given-weather.ts';

const engines = await givenEngines();

test('the queue receives the first outcome, although the subscription takes a while', async () => {
  // Given a subscription that delivers nothing until the fourth probe
  const { topicArn } = await engines.topic('outcomes');
  const waiting: (() => void)[] = [];
  const endpoint = await givenFront(engines.sns, always('sns-late-subscriptions'), (plan) =>
    snsWeather(plan, (call) => void waiting.push(call)),
  );
  const late = new SNSClient(clientSettings(endpoint));
  let probes = 0;
  const sns = {
    send: (command: PublishCommand, ...rest: []) => {
      if (command instanceof PublishCommand && ++probes === 4) for (const call of waiting) call();
      return late.send(command, ...rest);
    },
  } as SNSClient;
  const { sqs } = engines;
  const outcomeQueue = await openOutcomeQueue({ sqs, sns }, topicArn, { only: ['crm'] });

  // When the queue is probed before an outcome is published
  const signal = new AbortController().signal;
  expect(await outcomeQueue.untilReceived({ signal, everyMilliseconds: 20 })).toBe('received');
  expect(probes).toBeGreaterThanOrEqual(4);
  const publish = (source: string, requestId: string) =>
    late.send(
      new PublishCommand({
        TopicArn: topicArn,
        Message: JSON.stringify(givenOutcome({ source, requestId })),
        MessageAttributes: { source: { DataType: 'String', StringValue: source } },
      }),
    );
  await publish('studio', 'r-1');
  await publish('crm', 'r-2');

  // Then the queue receives the first outcome of the source, and of no other
  const over = new AbortController();
  const heard: (string | null)[] = [];
  await outcomeQueue.listen(({ requestId }) => {
    heard.push(requestId);
    over.abort();
  }, over.signal);
  expect(heard).toEqual(['r-2']);
  await outcomeQueue.close();
});
