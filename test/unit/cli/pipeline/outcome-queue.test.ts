import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { openOutcomeQueue } from '../../../../cli/pipeline/outcome-queue.ts';
import { givenOutcome } from '../../../world/given-outcome.ts';

const topicArn = 'arn:aws:sns:eu-central-1:111122223333:outcomes';
const queueArn = 'arn:aws:sqs:eu-central-1:111122223333:mine';

interface Sent {
  constructor: { name: string };
  input: Record<string, unknown>;
}

/** Clients that record each command, and answer by its name. */
function givenServices(answers: Record<string, unknown> = {}) {
  const sent: [command: string, input: Record<string, unknown>][] = [];
  const all: Record<string, unknown> = {
    CreateQueueCommand: { QueueUrl: 'https://sqs.example/mine' },
    GetQueueAttributesCommand: { Attributes: { QueueArn: queueArn } },
    SubscribeCommand: { SubscriptionArn: 'subscription' },
    ...answers,
  };
  const send = async ({ constructor: { name }, input }: Sent): Promise<unknown> => {
    sent.push([name, input]);
    const answer = all[name] ?? {};
    const value = typeof answer === 'function' ? answer(input) : answer;
    if (value instanceof Error) throw value;
    return value;
  };
  const names = () => sent.map(([name]) => name);
  const input = (name: string) => sent.find(([one]) => one === name)?.[1] ?? {};
  return { sqs: { send } as unknown as SQSClient, sns: { send } as unknown as SNSClient, names, input };
}

describe('a queue for outcomes', () => {
  test('accepts messages only from the topic, and only of one source if chosen', async () => {
    const services = givenServices();
    await openOutcomeQueue(services, topicArn, { only: ['crm'] });
    const { Policy } = services.input('SetQueueAttributesCommand').Attributes as { Policy: string };
    expect(JSON.parse(Policy).Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ]);
    expect(services.input('SubscribeCommand')).toEqual({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queueArn,
      ReturnSubscriptionArn: true,
      Attributes: {
        RawMessageDelivery: 'true',
        FilterPolicy: expect.stringMatching(/^\{"source":\["crm","probe:[0-9a-f]{12}"\]\}$/),
      },
    });
  });

  test('leaves nothing behind, even if it is closed twice', async () => {
    const services = givenServices();
    const queue = await openOutcomeQueue(services, topicArn);
    await Promise.all([queue.close(), queue.close()]);
    expect(services.names().slice(4)).toEqual(['UnsubscribeCommand', 'DeleteQueueCommand']);
  });

  test('is deleted again if it cannot be subscribed', async () => {
    const services = givenServices({ SubscribeCommand: new Error('denied') });
    await expect(openOutcomeQueue(services, topicArn)).rejects.toThrow('denied');
    expect(services.names().at(-1)).toBe('DeleteQueueCommand');
  });

  test('passes on outcomes, and no other messages', async () => {
    const over = new AbortController();
    let received = 0;
    const services = givenServices({
      ReceiveMessageCommand: () => {
        if (++received > 1) {
          over.abort();
          return {};
        }
        return { Messages: ['no JSON', '{}', JSON.stringify(givenOutcome())].map((Body) => ({ Body })) };
      },
    });
    const queue = await openOutcomeQueue(services, topicArn);
    const heard: string[] = [];
    await queue.listen(({ messageId }) => heard.push(messageId), over.signal);
    expect(heard).toEqual(['m-1']);
    expect(services.input('DeleteMessageBatchCommand').Entries).toHaveLength(3);
  });

  test('throws if SQS refuses the receive', async () => {
    const queue = await openOutcomeQueue(givenServices({ ReceiveMessageCommand: new Error('gone') }), topicArn);
    await expect(queue.listen(() => {}, new AbortController().signal)).rejects.toThrow('gone');
  });
});

describe('a probe', () => {
  const never = new AbortController().signal;
  const soon = (body: object) => new Promise((resolve) => setImmediate(() => resolve(body)));

  /** A topic that loses the first publications, in this number. */
  function givenLateTopic(lost: number, more: Record<string, unknown> = {}) {
    const delivered: string[] = [];
    let published = 0;
    const services = givenServices({
      PublishCommand: ({ Message = '' }: { Message?: string }) => {
        if (++published > lost) delivered.push(Message);
        return {};
      },
      ReceiveMessageCommand: () => soon({ Messages: delivered.splice(0).map((Body) => ({ Body })) }),
      ...more,
    });
    return { ...services, published: () => published };
  }

  test('is published until the queue receives it, and passes only the filter of this queue', async () => {
    const services = givenLateTopic(3);
    const queue = await openOutcomeQueue(services, topicArn, { only: ['crm'] });
    expect(await queue.untilReceived({ signal: never, everyMilliseconds: 1 })).toBe('received');
    expect(services.published()).toBeGreaterThanOrEqual(4);
    const { TopicArn, Message, MessageAttributes } = services.input('PublishCommand');
    const { FilterPolicy } = services.input('SubscribeCommand').Attributes as { FilterPolicy: string };
    const [, probe] = JSON.parse(FilterPolicy).source;
    expect({ TopicArn, Message, MessageAttributes }).toEqual({
      TopicArn: topicArn,
      Message: JSON.stringify({ probe }),
      MessageAttributes: { source: { DataType: 'String', StringValue: probe } },
    });
  });

  test('is neither the probe of another queue, nor an outcome', async () => {
    const others = [JSON.stringify({ probe: 'probe:0123' }), JSON.stringify(givenOutcome())];
    const services = givenLateTopic(1_000_000, {
      ReceiveMessageCommand: () => soon({ Messages: others.map((Body) => ({ Body })) }),
    });
    const queue = await openOutcomeQueue(services, topicArn);
    const limits = { signal: never, everyMilliseconds: 1, atMostMilliseconds: 30 };
    expect(await queue.untilReceived(limits)).toBe('silent');
  });

  test('may be denied, by the topic or by its key', async () => {
    for (const name of ['AuthorizationErrorException', 'KMSAccessDeniedException', 'AccessDenied']) {
      const services = givenLateTopic(0, { PublishCommand: Object.assign(new Error(name), { name }) });
      const queue = await openOutcomeQueue(services, topicArn);
      expect(await queue.untilReceived({ signal: never })).toBe('denied');
    }
  });

  test('ends with the signal, and with any other error', async () => {
    const interruption = new AbortController();
    const services = givenLateTopic(1_000_000, { ReceiveMessageCommand: () => soon({}) });
    const queue = await openOutcomeQueue(services, topicArn);
    const probing = queue.untilReceived({ signal: interruption.signal, everyMilliseconds: 1 });
    interruption.abort();
    expect(await probing).toBe('silent');
    const gone = await openOutcomeQueue(givenLateTopic(0, { PublishCommand: new Error('gone') }), topicArn);
    await expect(gone.untilReceived({ signal: never })).rejects.toThrow('gone');
  });
});
