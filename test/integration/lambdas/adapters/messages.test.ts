import type { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  ReceiveMessageCommand,
  type SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { DeliveryQueue } from '../../../../lambdas/adapters/delivery-queue.ts';
import { JobQueue } from '../../../../lambdas/adapters/job-queue.ts';
import { OutcomeTopic } from '../../../../lambdas/adapters/outcome-topic.ts';
import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import type { QrJob } from '../../../../lambdas/domain/contract/qr-job.ts';
import { wireJson, wireText } from '../../../../lambdas/domain/contract/wire-json.ts';
import { givenOutcome } from '../../../world/given-outcome.ts';
import { clientSettings, givenEngines } from './given-engines.ts';

const engines = await givenEngines();

const outcome = (requestId: string, change: Partial<Outcome> = {}) => givenOutcome({ requestId, ...change });

function job(requestId: string): QrJob {
  return {
    specVersion: '1.0',
    lane: 'campaign',
    source: 'crm',
    requestId,
    action: 'qr',
    messageId: 'm',
    commandDigest: 'digest',
    onelinkId: 'A1b3',
    shortlinkId: 'spring',
    qr: { format: 'png' },
    metadata: { note: 'é & <b>' },
    sentAtMilliseconds: 1_773_144_000_123,
  };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`);

describe('outcomes', () => {
  it('reach subscribers whole, with attributes for filters', async () => {
    const { topicArn, queueUrl } = await engines.topic('outcomes-whole');
    const published = outcome('r1', {
      faults: [{ path: 'data', rule: 'x', message: 'é & <b>' }],
      metadata: { a: 'b' },
    });
    await new OutcomeTopic(engines.sns, topicArn, 10).publish(published);
    const [message, ...others] = await engines.drain(queueUrl);
    expect(others).toEqual([]);
    expect(JSON.parse(message?.body ?? '')).toEqual(published);
    expect(message?.attributes).toEqual({ outcome: 'created', action: 'create', source: 'crm', lane: 'campaign' });
  });

  it('omit the unknown attributes of an unreadable message', async () => {
    const { topicArn, queueUrl } = await engines.topic('outcomes-unread');
    const unread = outcome('r1', { outcome: 'rejected', action: null, source: null, requestId: null });
    await new OutcomeTopic(engines.sns, topicArn, 1).publish(unread);
    const [message] = await engines.drain(queueUrl);
    expect(message?.attributes).toEqual({ outcome: 'rejected', lane: 'campaign' });
  });

  it('are all published if they exceed one publish', async () => {
    const { topicArn, queueUrl } = await engines.topic('outcomes-many');
    const topic = new OutcomeTopic(engines.sns, topicArn, 10);
    await Promise.all(ids(25).map((id) => topic.publish(outcome(id))));
    const published = (await engines.drain(queueUrl)).map(({ body }) => (JSON.parse(body) as Outcome).requestId);
    expect(published.toSorted()).toEqual(ids(25).toSorted());
  });

  it('are published again only if SNS refused them', async () => {
    // Given: SNS refuses r1 once.
    const published: string[][] = [];
    const sns = {
      send: async ({ input }: PublishBatchCommand) => {
        const entries = input.PublishBatchRequestEntries ?? [];
        published.push(entries.map(({ Message = '' }) => (JSON.parse(Message) as Outcome).requestId ?? ''));
        return published.length === 1 ? { Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }] } : {};
      },
    } as unknown as SNSClient;
    const topic = new OutcomeTopic(sns, 'arn', 3);
    // When
    await Promise.all(ids(3).map((id) => topic.publish(outcome(id))));
    // Then
    expect(published).toEqual([['r0', 'r1', 'r2'], ['r1']]);
  });

  it('fail with the cause after SNS has refused them three times', async () => {
    const refusing = async ({ input }: PublishBatchCommand) => ({
      Failed: (input.PublishBatchRequestEntries ?? [])
        .filter(({ Message = '' }) => Message.includes('r0/created'))
        .map(({ Id }) => ({ Id, Code: 'InvalidParameter', SenderFault: true })),
    });
    const topic = new OutcomeTopic({ send: refusing } as unknown as SNSClient, 'arn', 2);
    const ends = await Promise.allSettled([topic.publish(outcome('r0')), topic.publish(outcome('r1'))]);
    expect(ends).toEqual([
      { status: 'rejected', reason: new Error('refused three times: InvalidParameter') },
      { status: 'fulfilled', value: undefined },
    ]);
  });

  it('never exceed SNS’s limit of one publish', async () => {
    const sizes: number[] = [];
    const send = async ({ input }: PublishBatchCommand) => {
      const bytes = (input.PublishBatchRequestEntries ?? []).map(({ Message = '' }) => Buffer.byteLength(Message));
      sizes.push(bytes.reduce((sum, size) => sum + size));
      return {};
    };
    const topic = new OutcomeTopic({ send } as unknown as SNSClient, 'arn', 10);
    const faults = [{ path: 'data', rule: 'x', message: 'é'.repeat(40_000) }];
    await Promise.all(ids(7).map((id) => topic.publish(outcome(id, { faults }))));
    expect(sizes).toHaveLength(3);
    for (const size of sizes) expect(size).toBeLessThan(256 * 1024);
  });
});

describe('QR jobs', () => {
  it('reach the queue unchanged', async () => {
    const queueUrl = await engines.queue('qr-whole');
    const queue = new JobQueue(engines.sqs, queueUrl, wireJson);
    await Promise.all(ids(12).map((id) => queue.enqueue(job(id))));
    const asked = (await engines.drain(queueUrl)).map(({ body }) => JSON.parse(body) as QrJob);
    expect(asked.toSorted((a, b) => a.requestId.localeCompare(b.requestId))).toEqual(ids(12).toSorted().map(job));
  });

  it('are sent again only if SQS refused them, in the same message group', async () => {
    const sent: string[][] = [];
    const sqs = {
      send: async ({ input }: SendMessageBatchCommand) => {
        const nameOf = (text = '') => (JSON.parse(text) as QrJob).requestId;
        sent.push((input.Entries ?? []).map((one) => `${nameOf(one.MessageBody)} ${one.MessageGroupId}`));
        return sent.length === 1 ? { Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] } : {};
      },
    } as unknown as SQSClient;
    const queue = new JobQueue(sqs, 'url', wireJson);
    await Promise.all(ids(2).map((id) => queue.enqueue(job(id), `group of ${id}`)));
    expect(sent).toEqual([['r0 group of r0', 'r1 group of r1'], ['r0 group of r0']]);
  });

  it('fail if the queue does not exist', async () => {
    const queue = new JobQueue(engines.sqs, `${await engines.queue('qr-gone')}-not`, wireJson);
    await expect(queue.enqueue(job('r0'))).rejects.toThrow(/^refused three times: \w+/);
  });
});

describe('checks of expiries', () => {
  it('are sent ten at a time, in characters that SQS accepts, with as few escapes as possible', async () => {
    const queueUrl = await engines.queue('checks');
    const queue = new JobQueue(engines.sqs, queueUrl, wireText);
    const bodies = ids(12).map((id) => JSON.stringify({ id, c: 'a\uffff\u0001é😀' }));
    await Promise.all(bodies.map((body) => queue.enqueue(body)));
    const received = (await engines.drain(queueUrl)).map(({ body }) => body);
    expect(received).toContain('{"id":"r1","c":"a\\uffff\\u0001é\\ud83d\\ude00"}');
    expect(received.map((body) => JSON.parse(body)).toSorted((one, other) => one.id.localeCompare(other.id))).toEqual(
      bodies.map((body) => JSON.parse(body)).toSorted((one, other) => one.id.localeCompare(other.id)),
    );
  });

  it('fail if the queue does not exist, so the stream delivers their records again', async () => {
    const queue = new JobQueue(engines.sqs, `${await engines.queue('checks-gone')}-not`, wireText);
    await expect(queue.enqueue('{}')).rejects.toThrow(/^refused three times: \w+/);
  });
});

describe('returned messages', () => {
  /** Receives this many messages, which are then invisible for 30 s. */
  async function received(queueUrl: string, count: number): Promise<string[]> {
    const handles: string[] = [];
    for (const id of ids(count)) {
      await engines.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: id }));
    }
    while (handles.length < count) {
      const { Messages = [] } = await engines.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
      );
      handles.push(...Messages.map(({ ReceiptHandle = '' }) => ReceiptHandle));
    }
    return handles;
  }

  it('become visible after their own delays', async () => {
    // Given
    const queueUrl = await engines.queue('lane-delays');
    const handles = await received(queueUrl, 25);
    // When: every second one at once, the others in an hour.
    const undelayed = await new DeliveryQueue(engines.sqs, queueUrl).delay(
      handles.map((receiptHandle, index) => ({ receiptHandle, delaySeconds: index % 2 === 0 ? 0 : 3_600 })),
    );
    // Then
    expect(undelayed).toBe(0);
    expect((await engines.drain(queueUrl)).map(({ body }) => body).toSorted()).toEqual(
      ids(25)
        .filter((_, index) => index % 2 === 0)
        .toSorted(),
    );
  });

  it('are counted if SQS cannot delay them, and the others are delayed', async () => {
    const queueUrl = await engines.queue('lane-unknown-handle');
    const [handle = ''] = await received(queueUrl, 1);
    const undelayed = await new DeliveryQueue(engines.sqs, queueUrl).delay([
      { receiptHandle: 'no such handle', delaySeconds: 0 },
      { receiptHandle: handle, delaySeconds: 0 },
    ]);
    expect(undelayed).toBe(1);
    expect(await engines.drain(queueUrl)).toHaveLength(1);
  });

  it('are all counted, without an error, if SQS does not answer', async () => {
    const unreachable = new SQSClient(clientSettings('http://127.0.0.1:1'));
    const messages = ids(12).map((receiptHandle) => ({ receiptHandle, delaySeconds: 10 }));
    expect(await new DeliveryQueue(unreachable, 'http://127.0.0.1:1/q').delay(messages)).toBe(12);
    expect(await new DeliveryQueue(unreachable, 'http://127.0.0.1:1/q').delay([])).toBe(0);
  });
});
