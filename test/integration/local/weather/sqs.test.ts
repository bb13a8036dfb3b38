import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { WeatherKind } from '../../../../local/weather/kinds.ts';
import { sqsWeather } from '../../../../local/weather/sqs.ts';
import { clientSettings, givenQueueEngine } from '../../lambdas/adapters/given-engines.ts';
import { always, givenFront } from './given-weather.ts';

const { endpoint: engine, sqs: calm } = await givenQueueEngine();

let queues = 0;
async function given(...kinds: WeatherKind[]) {
  queues += 1;
  const { QueueUrl } = await calm.send(new CreateQueueCommand({ QueueName: `queue-${queues}` }));
  const plan = always(...kinds);
  const endpoint = await givenFront(calm, plan, (weather) => sqsWeather(weather, engine));
  const client = (maxAttempts: number) =>
    new SQSClient({ ...clientSettings(endpoint), maxAttempts, useQueueUrlAsEndpoint: false });
  const send = async (...bodies: string[]) => {
    const Entries = bodies.map((body) => ({ Id: body, MessageBody: body }));
    await calm.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  };
  const receive = async (from: SQSClient, WaitTimeSeconds = 0): Promise<Message[]> => {
    const all = { MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All' as const] };
    const { Messages = [] } = await from.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, ...all }));
    return Messages;
  };
  return { QueueUrl, plan, once: client(1), patient: client(3), send, receive };
}

const facts = (messages: Message[]) =>
  messages.map(({ MessageId, Body, Attributes }) => [MessageId, Body, Attributes?.ApproximateReceiveCount]);

describe('weather in front of SQS', () => {
  it.each(['sqs-duplicates-at-once', 'sqs-duplicates-later'] as const)(
    '%s: delivers a message again while it is in flight, with the same receive count',
    async (kind) => {
      const { once, send, receive } = await given(kind);
      await send('a');
      const first = await receive(once);
      const second = await receive(calm, 6);
      expect(facts(second)).toEqual(facts(first));
      expect(facts(first)).toEqual([[expect.any(String), 'a', '1']]);
      expect(second[0]?.ReceiptHandle).not.toBe(first[0]?.ReceiptHandle);
    },
  );

  it('delivers a copy of a message after its delete, and the copy stays until its own delete', async () => {
    const { QueueUrl, once, send, receive } = await given('sqs-duplicates-after-delete');
    await send('a');
    const first = await receive(once);
    await once.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first[0]?.ReceiptHandle }));
    const second = await receive(calm, 6);
    expect(facts(second)).toEqual(facts(first));
    await calm.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second[0]?.ReceiptHandle }));
    const { Attributes } = await calm.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
    });
  });

  it('shuffles the messages of a receive, and loses none', async () => {
    const { once, send, receive } = await given('sqs-shuffled-receives');
    const sent = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    await send(...sent);
    const bodies = (await receive(once)).map(({ Body = '' }) => Body);
    expect(bodies).not.toEqual(sent);
    expect(bodies.toSorted()).toEqual(sent);
  });

  it('returns fewer messages than there are, and the others stay visible', async () => {
    const { once, send, receive } = await given('sqs-short-receives');
    await send('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j');
    const some = await receive(once);
    expect(some.length).toBeLessThan(10);
    expect([...some, ...(await receive(calm))]).toHaveLength(10);
  });

  it('returns no message, though there is one', async () => {
    const { once, send, receive } = await given('sqs-empty-receives');
    await send('a');
    expect(await receive(once, 10)).toEqual([]);
    expect(await receive(calm)).toHaveLength(1);
  });

  it('fails some entries of a batch and does not send them', async () => {
    const { QueueUrl, once, receive } = await given('sqs-failed-entries');
    const Entries = ['a', 'b', 'c', 'd'].map((Id) => ({ Id, MessageBody: Id }));
    const { Failed = [], Successful = [] } = await once.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(Failed.length).toBeGreaterThan(0);
    expect(Failed[0]).toMatchObject({ Code: 'InternalError', SenderFault: false });
    expect([...Failed, ...Successful].map(({ Id }) => Id).toSorted()).toEqual(['a', 'b', 'c', 'd']);
    const sent = (await receive(calm)).map(({ Body }) => Body);
    expect(sent.toSorted()).toEqual(Successful.map(({ Id }) => Id).toSorted());
  });

  it('answers 503, and the retry of the SDK succeeds', async () => {
    const { QueueUrl, once, patient } = await given('sqs-slow-downs');
    const send = () => new SendMessageCommand({ QueueUrl, MessageBody: 'a' });
    await expect(once.send(send())).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await expect(patient.send(send())).resolves.toMatchObject({ $metadata: { attempts: 2 } });
  });

  it('loses the answer of a successful send, so the retry sends a second message', async () => {
    const { QueueUrl, patient, receive } = await given('sqs-lost-answers');
    await patient.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    const received = await receive(calm);
    expect(received.map(({ Body }) => Body)).toEqual(['a', 'a']);
    expect(received[0]?.MessageId).not.toBe(received[1]?.MessageId);
  });
});
