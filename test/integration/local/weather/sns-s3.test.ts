import { DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  GetSubscriptionAttributesCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { describe, expect, it, vi } from 'vitest';
import type { WeatherKind } from '../../../../local/weather/kinds.ts';
import { s3Weather } from '../../../../local/weather/s3.ts';
import { snsWeather } from '../../../../local/weather/sns.ts';
import { clientSettings, givenEngines } from '../../lambdas/adapters/given-engines.ts';
import { always, givenFront } from './given-weather.ts';

const engines = await givenEngines();

describe('weather in front of SNS', () => {
  async function given(name: string, kind: WeatherKind) {
    const { topicArn: TopicArn, queueUrl } = await engines.topic(name);
    const endpoint = await givenFront(engines.sns, always(kind), snsWeather);
    const client = (maxAttempts: number) => new SNSClient({ ...clientSettings(endpoint), maxAttempts });
    const received = async () => (await engines.drain(queueUrl)).map(({ body }) => body).toSorted();
    return { TopicArn, once: client(1), patient: client(3), received };
  }

  it('fails some entries of a batch and does not publish them, and the others keep their attributes', async () => {
    const { TopicArn, once, received } = await given('partial', 'sns-failed-entries');
    const PublishBatchRequestEntries = ['a', 'b', 'c', 'd', 'e', 'f'].map((Id) => ({
      Id,
      Message: `message ${Id} & <more>`,
      MessageAttributes: { source: { DataType: 'String', StringValue: Id } },
    }));
    const publish = () => once.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
    const { Failed = [], Successful = [] } = await publish();
    expect(Failed[0]).toMatchObject({ Code: 'InternalError', SenderFault: false });
    expect([...Failed, ...Successful].map(({ Id }) => Id).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(await received()).toEqual(Successful.map(({ Id }) => `message ${Id} & <more>`).toSorted());
  });

  it('fails the only entry of a batch', async () => {
    const { TopicArn, once, received } = await given('whole', 'sns-failed-entries');
    const PublishBatchRequestEntries = [{ Id: '0', Message: 'a' }];
    const { Failed, Successful } = await once.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
    expect([Failed?.map(({ Id }) => Id), Successful ?? []]).toEqual([['0'], []]);
    expect(await received()).toEqual([]);
  });

  it('throttles a request, and the retry of the SDK succeeds', async () => {
    const { TopicArn, once, patient, received } = await given('slow', 'sns-slow-downs');
    const publish = () => new PublishCommand({ TopicArn, Message: 'a' });
    await expect(once.send(publish())).rejects.toMatchObject({ name: 'Throttling' });
    await expect(patient.send(publish())).resolves.toMatchObject({ $metadata: { attempts: 2 } });
    expect(await received()).toEqual(['a']);
  });

  it('loses the answer of a successful publish, so the retry publishes again', async () => {
    const { TopicArn, patient, received } = await given('lost', 'sns-lost-answers');
    await patient.send(new PublishCommand({ TopicArn, Message: 'a' }));
    expect(await received()).toEqual(['a', 'a']);
  });
});

describe('a new subscription in the weather', () => {
  it.each([
    ['without a filter', undefined, ['later, to all', 'later, to one']],
    ['with a filter', '{"source":["crm"]}', ['later, to one']],
  ])('%s delivers nothing at first, and later all that matches', async (name, FilterPolicy, received) => {
    const topic = `late-${name.replaceAll(' ', '-')}`;
    const { topicArn: TopicArn } = await engines.topic(topic);
    const queueUrl = await engines.queue(`${topic}-subscriber`);
    const waiting: { call: () => void; milliseconds: number }[] = [];
    const endpoint = await givenFront(engines.sns, always('sns-late-subscriptions'), (plan) =>
      snsWeather(plan, (call, milliseconds) => void waiting.push({ call, milliseconds })),
    );
    const client = new SNSClient(clientSettings(endpoint));
    const Endpoint = `arn:aws:sqs:eu-west-1:000000000000:${topic}-subscriber`;
    const Attributes = { RawMessageDelivery: 'true', ...(FilterPolicy !== undefined && { FilterPolicy }) };
    const subscribed = await client.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
    expect(subscribed.SubscriptionArn).toContain(topic);
    const MessageAttributes = { source: { DataType: 'String', StringValue: 'crm' } };
    const publish = async (Message: string, more: object = {}) =>
      client.send(new PublishCommand({ TopicArn, Message, ...more }));

    await publish('at once', { MessageAttributes });
    expect(await engines.drain(queueUrl)).toEqual([]);

    expect(waiting[0]?.milliseconds).toBeLessThanOrEqual(60_000);
    waiting[0]?.call();
    const { SubscriptionArn } = subscribed;
    await vi.waitFor(async () => {
      const is = await engines.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
      expect(is.Attributes?.FilterPolicy).toBe(FilterPolicy ?? '{}');
    });
    await publish('later, to all');
    await publish('later, to one', { MessageAttributes });
    expect((await engines.drain(queueUrl)).map(({ body }) => body).toSorted()).toEqual(received);
  });
});

describe('weather in front of S3', () => {
  async function given(Bucket: string, kind: WeatherKind) {
    await engines.bucket(Bucket);
    const endpoint = await givenFront(engines.s3, always(kind), s3Weather);
    const client = (maxAttempts: number) =>
      new S3Client({ ...clientSettings(endpoint), maxAttempts, forcePathStyle: true });
    const keys = async () => {
      const { Contents = [] } = await engines.s3.send(new ListObjectsV2Command({ Bucket }));
      return Contents.map(({ Key }) => Key);
    };
    return { Bucket, once: client(1), patient: client(3), keys };
  }

  it('fails some keys of a batch and does not delete them', async () => {
    const { Bucket, once, keys } = await given('partial', 's3-failed-entries');
    const all = ['a', 'b', 'c', 'd'];
    for (const Key of all) await engines.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const Delete = { Objects: all.map((Key) => ({ Key })), Quiet: true };
    const { Errors = [] } = await once.send(new DeleteObjectsCommand({ Bucket, Delete }));
    expect(Errors[0]).toMatchObject({ Code: 'InternalError' });
    expect(Errors.map(({ Key }) => Key)).toEqual(await keys());
  });

  it('answers SlowDown, and the retry of the SDK succeeds', async () => {
    const { Bucket, once, patient, keys } = await given('slow', 's3-slow-downs');
    const put = () => new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' });
    await expect(once.send(put())).rejects.toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
    await expect(patient.send(put())).resolves.toMatchObject({ $metadata: { attempts: 2 } });
    expect(await keys()).toEqual(['a']);
  });

  it('loses the answer of a successful write', async () => {
    const { Bucket, once, patient, keys } = await given('lost', 's3-lost-answers');
    const put = (Key: string) => new PutObjectCommand({ Bucket, Key, Body: 'x' });
    await expect(once.send(put('a'))).rejects.toThrow();
    await expect(patient.send(put('b'))).resolves.toMatchObject({ $metadata: { attempts: 2 } });
    expect(await keys()).toEqual(['a', 'b']);
  });
});
