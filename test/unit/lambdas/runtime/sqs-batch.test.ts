import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import type { BatchWork, Deadline, Delivery, Disposition } from '../../../../lambdas/domain/work/delivery.ts';
import { RateLimiter } from '../../../../lambdas/runtime/rate-limiter.ts';
import { sqsBatch } from '../../../../lambdas/runtime/sqs-batch.ts';
import { Telemetry } from '../../../../lambdas/runtime/telemetry.ts';
import { stillClock } from '../../../world/stillness.ts';
import { captureOutput } from './captured-output.ts';
import { givenContext } from './given-context.ts';

const output = captureOutput();
const clock = stillClock();

function record(messageId: string, receiveCount = 1): SQSRecord {
  return {
    messageId,
    receiptHandle: `handle-${messageId}`,
    body: `body of ${messageId}`,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: '1773144000123',
      SenderId: 'AIDA',
      ApproximateFirstReceiveTimestamp: '1773144000456',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:111122223333:lane',
    awsRegion: 'eu-west-1',
  };
}

/** The delivery that a worker receives for a message with these attributes, by default from the replayer. */
async function deliveredWith(
  values: Record<string, string>,
  system: Partial<SQSRecord['attributes']> = { SenderId: 'AROAREPLAYER:run' },
  ownSenders: ReadonlySet<string> | undefined = new Set(['AROAREPLAYER']),
): Promise<{ seen: Delivery }> {
  let seen: Delivery | undefined;
  const { handler } = given(
    async (deliveries) => {
      seen = deliveries[0];
      return ['done'];
    },
    { ownSenders },
  );
  const messageAttributes = Object.fromEntries(
    Object.entries(values).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]),
  );
  const sent = record('sent');
  const attributes = { ...sent.attributes, ...system };
  await handler({ Records: [{ ...sent, attributes, messageAttributes }] }, givenContext());
  if (seen === undefined) throw new Error('nothing was delivered');
  return { seen };
}

/** A handler around this work, with a record of its calls in order. */
function given(
  work: BatchWork,
  {
    undelayed = 0,
    mostReturned = 3_000,
    ownSenders,
    backlogMilliseconds = 0,
  }: {
    undelayed?: number;
    backlogMilliseconds?: number;
    mostReturned?: number;
    ownSenders?: ReadonlySet<string> | undefined;
  } = {},
) {
  const did: string[] = [];
  const delayed: { receiptHandle: string; delaySeconds: number }[][] = [];
  const telemetry = new Telemetry();
  const turns = RateLimiter.atPace(10, clock);
  let mayRetry = () => false;
  vi.spyOn(telemetry, 'beginInvocation').mockImplementation(() => did.push('telemetry begins'));
  vi.spyOn(telemetry, 'endInvocation').mockImplementation(() => did.push('telemetry ends'));
  vi.spyOn(turns, 'backlogMilliseconds').mockReturnValue(backlogMilliseconds);
  vi.spyOn(turns, 'beginInvocation').mockImplementation(() => did.push('turns begin'));
  vi.spyOn(turns, 'endInvocation').mockImplementation(async () => void did.push('turns end'));
  const handler = sqsBatch({
    mostReturned,
    clock,
    telemetry,
    turns,
    deduplicationWindowDays: 75,
    ...(ownSenders !== undefined && { ownSenders }),
    api: {
      beginInvocation: (answer) => {
        did.push('api begins');
        mayRetry = answer;
      },
    },
    queue: {
      delay: async (messages) => {
        did.push('queue delays');
        delayed.push(messages);
        return undelayed;
      },
    },
    work: (deliveries, deadline) => {
      did.push('work');
      return work(deliveries, deadline);
    },
  });
  return { handler, did, delayed, mayRetry: () => mayRetry() };
}

const answering =
  (...dispositions: Disposition[]): BatchWork =>
  async () =>
    dispositions;

describe('a batch', () => {
  it('passes deliveries and the remaining time to the work', async () => {
    let seen: { deliveries: Delivery[]; deadline: Deadline } | undefined;
    const { handler } = given(async (deliveries, deadline) => {
      seen = { deliveries, deadline };
      return ['done'];
    });
    await handler({ Records: [record('a', 3)] }, givenContext(42_000));
    expect(seen?.deliveries).toEqual([
      { messageId: 'a', body: 'body of a', receiveCount: 3, sentAtMilliseconds: 1_773_144_000_123, sender: 'AIDA' },
    ]);
    expect(seen?.deadline.remainingMilliseconds()).toBe(42_000);
  });

  it('leaves the work, and each try after a 429, the time after the calls that already wait for their turn', async () => {
    // Given: after 429s, calls of 20 s wait. A call needs 15 s.
    let left: number | undefined;
    const { handler, mayRetry } = given(
      async (_, deadline) => {
        left = deadline.remainingMilliseconds();
        return ['done'];
      },
      { backlogMilliseconds: 20_000 },
    );
    // When, then
    await handler({ Records: [record('a')] }, givenContext(36_000));
    expect([left, mayRetry()]).toEqual([16_000, true]);
    await handler({ Records: [record('a')] }, givenContext(34_000));
    expect([left, mayRetry()]).toEqual([14_000, false]);
  });

  it('gives the work the original message ID of a redriven message, and returns the redriven message', async () => {
    let seen: Delivery[] = [];
    const { handler } = given(async (deliveries) => {
      seen = deliveries;
      return ['try-again'];
    });
    const text = (stringValue: string) => ({ stringValue, dataType: 'String' });
    const messageAttributes = { OriginalMessageId: text('first'), OriginalSentTimestamp: text('1773000000000') };
    const response = await handler({ Records: [{ ...record('redriven'), messageAttributes }] }, givenContext());
    expect(seen).toMatchObject([{ messageId: 'first', sentAtMilliseconds: 1_773_000_000_000 }]);
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'redriven' }] });
  });

  it.each([
    ['in ISO form', '2026-03-10T12:00:00Z'],
    ['that is no number', 'NaN'],
    ['that is empty', ''],
    ['with a fraction', '1773144000122.5'],
    ['with an exponent', '1.773144e12'],
    ['below zero', '-1'],
    ['after the message was sent', '1773144000124'],
    ['before the deduplication window', '1766664000122'],
    ['that is too long for a number', '9'.repeat(400)],
  ])('takes no first sent time from an attribute %s', async (_, value) => {
    const { seen } = await deliveredWith({ OriginalSentTimestamp: value });
    expect(seen.sentAtMilliseconds).toBe(1_773_144_000_123);
  });

  it.each([
    ['the time of sending itself', '1773144000123', 1_773_144_000_123],
    ['the first instant of the deduplication window', '1766664000123', 1_766_664_000_123],
  ])('takes %s from an attribute', async (_, value, expected) => {
    const { seen } = await deliveredWith({ OriginalSentTimestamp: value });
    expect(seen.sentAtMilliseconds).toBe(expected);
  });

  it.each(['', 'a b', 'a\uffff', 'é', 'x'.repeat(101), 'a\nb'])(
    'takes no message ID from an attribute that cannot be one: %j',
    async (value) => {
      const { seen } = await deliveredWith({ OriginalMessageId: value });
      expect(seen.messageId).toBe('sent');
    },
  );

  it.each(['0', '-3', '1.5', '1e3', '10000', 'Infinity', 'many', ''])(
    'takes no receive count from an attribute that cannot be one: %j',
    async (value) => {
      const { seen } = await deliveredWith({ OriginalReceiveCount: value });
      expect(seen).toEqual({
        messageId: 'sent',
        body: 'body of sent',
        receiveCount: 1,
        sentAtMilliseconds: 1_773_144_000_123,
        sender: 'AROAREPLAYER',
      });
    },
  );

  it('counts one delivery more for a message that was tried before it was parked', async () => {
    const { seen } = await deliveredWith({ OriginalReceiveCount: '7' });
    expect(seen).toMatchObject({ receiveCount: 2, replayed: true });
  });

  const forged = {
    FirstSender: 'AROACRM',
    OriginalMessageId: 'first',
    OriginalSentTimestamp: '1773000000000',
    OriginalReceiveCount: '7',
  };

  it('believes the first sender, message ID and age of a message from the pipeline’s own roles', async () => {
    const { seen } = await deliveredWith(forged);
    expect(seen).toMatchObject({ messageId: 'first', sentAtMilliseconds: 1_773_000_000_000, replayed: true });
    expect(seen.sender).toBe('AROACRM');
  });

  it('believes none of them from any other sender', async () => {
    const { seen } = await deliveredWith(forged, { SenderId: 'AROASTUDIO:session' });
    expect(seen).toEqual({
      messageId: 'sent',
      body: 'body of sent',
      receiveCount: 1,
      sentAtMilliseconds: 1_773_144_000_123,
      sender: 'AROASTUDIO',
    });
  });

  it('passes on the message group', async () => {
    const { seen } = await deliveredWith({}, { SenderId: 'AROACRM:session', MessageGroupId: 'tenant-7' });
    expect(seen).toMatchObject({ sender: 'AROACRM', groupId: 'tenant-7' });
  });

  it('reports no failure and sets no delay when every message is done', async () => {
    const { handler, delayed } = given(answering('done', 'done'));
    const response = await handler({ Records: [record('a'), record('b')] }, givenContext());
    expect(response).toEqual({ batchItemFailures: [] });
    expect(delayed.flat()).toEqual([]);
  });

  it('reports messages that are not done, each with the delay of its cause and of its deliveries', async () => {
    // Given: at 0.5 the jitter shortens each delay by a quarter.
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const { handler, delayed } = given(
      answering('done', 'try-again', 'account-blocked', 'api-outage', 'out-of-time', 'try-again'),
    );
    const Records = [record('a'), record('b'), record('c'), record('d'), record('e'), record('f', 4)];
    // When
    const response = await handler({ Records }, givenContext());
    // Then
    const items = ['b', 'c', 'd', 'e', 'f'].map((itemIdentifier) => ({ itemIdentifier }));
    expect(response).toEqual({ batchItemFailures: items });
    expect(delayed).toEqual([
      [
        { receiptHandle: 'handle-b', delaySeconds: 8 },
        { receiptHandle: 'handle-c', delaySeconds: 90 },
        { receiptHandle: 'handle-d', delaySeconds: 90 },
        { receiptHandle: 'handle-e', delaySeconds: 4 },
        { receiptHandle: 'handle-f', delaySeconds: 60 },
      ],
    ]);
  });

  it('delays at most the environment’s share of the messages in flight', async () => {
    // Given
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const { handler, delayed } = given(answering('api-outage', 'try-again', 'api-outage'), { mostReturned: 2 });
    // When
    const response = await handler({ Records: [record('a'), record('b'), record('c')] }, givenContext());
    // Then
    const items = ['a', 'b', 'c'].map((itemIdentifier) => ({ itemIdentifier }));
    expect(response).toEqual({ batchItemFailures: items });
    expect(delayed.flat().map(({ delaySeconds }) => delaySeconds)).toEqual([90, 0, 90]);
  });

  it('reports a message without a disposition as failed, so none is acknowledged by mistake', async () => {
    const { handler } = given(answering('done'));
    const response = await handler({ Records: [record('a'), record('b')] }, givenContext());
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
  });

  it('fails as a whole when the work throws, and still keeps the gap after its sends and writes its metrics', async () => {
    const { handler, did } = given(async () => {
      throw new Error('the ledger is gone');
    });
    await expect(handler({ Records: [record('a')] }, givenContext())).rejects.toThrow('the ledger is gone');
    expect(did).toEqual(['telemetry begins', 'turns begin', 'api begins', 'work', 'turns end', 'telemetry ends']);
  });

  it('starts telemetry, rate limiter and client first, and ends after the last delay', async () => {
    const { handler, did } = given(answering('try-again'));
    await handler({ Records: [record('a')] }, givenContext());
    expect(did).toEqual([
      'telemetry begins',
      'turns begin',
      'api begins',
      'work',
      'queue delays',
      'turns end',
      'telemetry ends',
    ]);
  });

  it.each([
    [15_001, true],
    [15_000, false],
    [0, false],
  ])('with %i ms left lets the client try again after a 429: %s', async (remaining, expected) => {
    const batch = given(answering('done'));
    await batch.handler({ Records: [record('a')] }, givenContext(remaining));
    expect(batch.mayRetry()).toBe(expected);
  });

  it('logs how many messages kept the queue’s own time-out, and nothing else', async () => {
    await given(answering('done')).handler({ Records: [record('a')] }, givenContext());
    expect(output.text()).toBe('');
    await given(answering('try-again'), { undelayed: 1 }).handler({ Records: [record('a')] }, givenContext());
    expect(output.lines()).toEqual([expect.objectContaining({ level: 'WARN', count: 1 })]);
    expect(output.text()).not.toContain('body of a');
  });
});
