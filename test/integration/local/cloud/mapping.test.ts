import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import { Duration } from 'aws-cdk-lib';
import type { FunctionProps } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource, type SqsEventSourceProps } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect } from 'vitest';
import { type Bench, printed, QueueDriver, test, urlOf } from './fixture.ts';

interface Batch {
  readonly at: number;
  readonly ids: string[];
  readonly bodies: string[];
  readonly receives: string[];
}

/** A handler that prints each batch as one line of JSON, then runs `rest`. */
const handler = (rest: string, before = '') => `
import { setTimeout as wait } from 'node:timers/promises';
${before}
export const handler = async (event) => {
  console.log(JSON.stringify({
    at: Date.now(),
    ids: event.Records.map((record) => record.messageId),
    bodies: event.Records.map((record) => record.body),
    receives: event.Records.map((record) => record.attributes.ApproximateReceiveCount),
  }));
  ${rest}
};`;

/** Starts a lane with its dead-letter queue and worker. */
async function startLane(
  bench: Bench,
  source: string,
  mapping: SqsEventSourceProps,
  props: Partial<FunctionProps> = {},
  visibilitySeconds = 30,
) {
  const queue = new Queue(bench.stack, 'Lane', {
    visibilityTimeout: Duration.seconds(visibilitySeconds),
    deadLetterQueue: { queue: new Queue(bench.stack, 'DeadLetters'), maxReceiveCount: 2 },
  });
  const environment = { LANE: queue.queueUrl };
  const worker = bench.declareFunction(bench.stack, 'Worker', source, {
    timeout: Duration.seconds(1),
    environment,
    ...props,
  });
  worker.addEventSource(new SqsEventSource(queue, mapping));
  const cloud = await bench.start();
  const sqs = new QueueDriver(cloud);
  const lane = await urlOf(cloud, 'Lane');
  return {
    cloud,
    sqs,
    lane,
    deadLetters: await urlOf(cloud, 'DeadLetters'),
    batches: () => printed<Batch>(bench, cloud, 'Worker'),
    waitUntilEmpty: () => expect.poll(() => sqs.depth(lane)).toBe(0),
  };
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `message ${index}`);

describe('a queue', () => {
  test('returns no messages at its limit of messages in flight, which includes delayed messages', async ({
    opened: bench,
  }) => {
    // Given
    new Queue(bench.stack, 'Lane');
    const cloud = await bench.start({ mostInFlight: 15 });
    const sqs = new QueueDriver(cloud);
    const lane = await urlOf(cloud, 'Lane');
    await sqs.send(lane, numbered(20));
    // When
    const received = [await sqs.receive(lane, 0), await sqs.receive(lane, 0), await sqs.receive(lane, 0)];
    const [returned] = received[0] ?? [];
    const giveBack = (VisibilityTimeout: number) =>
      sqs.client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: lane,
          ReceiptHandle: returned?.ReceiptHandle,
          VisibilityTimeout,
        }),
      );
    await giveBack(600);
    const whileDelayed = await sqs.receive(lane, 0);
    await giveBack(0);
    const afterwards = await sqs.receive(lane, 0);
    // Then
    expect(received.map((messages) => messages.length)).toEqual([10, 5, 0]);
    expect([whileDelayed.length, afterwards.length]).toEqual([0, 1]);
  });
});

describe('an SQS mapping', () => {
  test("invokes the handler with Lambda's form of records, and deletes them after its success", async ({
    opened: bench,
  }) => {
    const source = 'export const handler = async (event) => { console.log(JSON.stringify(event.Records[0])); };';
    const { cloud, sqs, lane, waitUntilEmpty } = await startLane(bench, source, { batchSize: 10 });

    await sqs.send(lane, ['hello'], { kind: { DataType: 'String', StringValue: 'greeting' } });
    await waitUntilEmpty();

    const [record] = await printed<Record<string, unknown>>(bench, cloud, 'Worker');
    expect(record).toEqual({
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: 'hello',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.stringMatching(/^AIDA[0-9A-F]{17}$/),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {
        kind: { stringValue: 'greeting', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      md5OfBody: '5d41402abc4b2a76b9719d911017c592',
      eventSource: 'aws:sqs',
      eventSourceARN: expect.stringMatching(/^arn:aws:sqs:us-east-1:000000000000:Bench-Lane/),
      awsRegion: 'us-east-1',
    });
  });

  test('fills a large batch within its window, and invokes with a small one at the end of the window', async ({
    opened: bench,
  }) => {
    const mapping = { batchSize: 300, maxBatchingWindow: Duration.seconds(1) };
    const { sqs, lane, batches, waitUntilEmpty } = await startLane(bench, handler(''), mapping);

    const sentAt = Date.now();
    await sqs.send(lane, numbered(310));
    await waitUntilEmpty();

    const [first, second] = await batches();
    expect([first?.ids.length, second?.ids.length]).toEqual([300, 10]);
    expect(new Set([...(first?.bodies ?? []), ...(second?.bodies ?? [])])).toEqual(new Set(numbered(310)));
    // One window after the first full batch, with some time for a slow machine.
    expect((second?.at ?? 0) - sentAt).toBeLessThan(4_000);
  });

  test('keeps a batch below the 6 MB limit of an invocation', async ({ opened: bench }) => {
    const silent = handler('').replace('bodies: event.Records.map((record) => record.body)', 'bodies: []');
    const mapping = { batchSize: 100, maxBatchingWindow: Duration.seconds(1) };
    const { sqs, lane, batches, waitUntilEmpty } = await startLane(bench, silent, mapping);

    await sqs.send(lane, Array(20).fill('x'.repeat(500_000)), undefined, 1);
    await waitUntilEmpty();

    expect((await batches()).map(({ ids }) => ids.length)).toEqual([12, 8]);
  });

  test('runs no more batches at once than its maximum concurrency, each in its own environment', async ({
    opened: bench,
  }) => {
    const mapping = { batchSize: 1, maxConcurrency: 2 };
    const { cloud, sqs, lane, waitUntilEmpty } = await startLane(bench, handler('await wait(300);'), mapping);

    await sqs.send(lane, numbered(6));
    await waitUntilEmpty();

    expect(cloud.environments()[0]).toMatchObject({ invocations: 6, started: 2, killed: 0 });
    expect(cloud.metrics.maximum('AWS/Lambda', 'ConcurrentExecutions')).toBe(2);
  });

  test('throttles batches above the reserved concurrency, and they end as dead letters without a receive', async ({
    opened: bench,
  }) => {
    // Given more concurrency in the mapping than in the function
    const mapping = { batchSize: 1, maxConcurrency: 3 };
    const props = { reservedConcurrentExecutions: 1, timeout: Duration.seconds(10) };
    const { cloud, sqs, lane, deadLetters, batches } = await startLane(
      bench,
      handler('await wait(8_000);'),
      mapping,
      props,
      1,
    );

    await sqs.send(lane, numbered(3));

    await expect.poll(() => sqs.depth(deadLetters)).toBeGreaterThanOrEqual(2);
    expect(await batches()).toHaveLength(1);
    expect(cloud.metrics.sum('AWS/Lambda', 'Throttles')).toBeGreaterThanOrEqual(4);
  });

  test('returns the failed messages after their visibility time-out, and deletes the others', async ({
    opened: bench,
  }) => {
    const { sqs, lane, batches, waitUntilEmpty } = await startLane(
      bench,
      handler(`return { batchItemFailures: event.Records
        .filter((record) => record.body === 'bad' && record.attributes.ApproximateReceiveCount === '1')
        .map((record) => ({ itemIdentifier: record.messageId })) };`),
      { batchSize: 10, reportBatchItemFailures: true },
      {},
      1,
    );

    const sentAt = Date.now();
    await sqs.send(lane, ['good', 'bad', 'fine']);
    await waitUntilEmpty();

    const seen = await batches();
    const ofBad = seen.filter(({ bodies }) => bodies.includes('bad'));
    expect(seen.flatMap(({ bodies }) => bodies).sort()).toEqual(['bad', 'bad', 'fine', 'good']);
    // A second from the receive, which came after the sending.
    expect((ofBad[1]?.at ?? 0) - sentAt).toBeGreaterThanOrEqual(1_000);
  });

  test("does not change a failed message's visibility that the function set", async ({ opened: bench }) => {
    // Given a queue that hides messages for half a minute, and a function that sets one second
    const { sqs, lane, batches, waitUntilEmpty } = await startLane(
      bench,
      handler(
        `const [record] = event.Records;
  if (record.attributes.ApproximateReceiveCount !== '1') return;
  await sqs.send(new ChangeMessageVisibilityCommand({
    QueueUrl: process.env.LANE, ReceiptHandle: record.receiptHandle, VisibilityTimeout: 1 }));
  return { batchItemFailures: [{ itemIdentifier: record.messageId }] };`,
        `import { createRequire } from 'node:module';
const { SQSClient, ChangeMessageVisibilityCommand } = createRequire('${import.meta.filename}')('@aws-sdk/client-sqs');
const sqs = new SQSClient();`,
      ),
      { batchSize: 1, reportBatchItemFailures: true },
      { timeout: Duration.seconds(10) },
    );

    await sqs.send(lane, ['again, please']);
    await waitUntilEmpty();

    expect((await batches()).map(({ receives }) => receives)).toEqual([['1'], ['2']]);
  });

  test('fails the whole batch for an unknown message in the answer, and the batch ends as dead letters', async ({
    opened: bench,
  }) => {
    const { cloud, sqs, lane, deadLetters, batches } = await startLane(
      bench,
      handler(`return { batchItemFailures: [{ itemIdentifier: 'nobody' }] };`),
      { batchSize: 10, reportBatchItemFailures: true },
      {},
      1,
    );

    await sqs.send(lane, ['a', 'b']);
    await expect.poll(() => sqs.depth(deadLetters)).toBe(2);

    expect((await batches()).flatMap(({ receives }) => receives).sort()).toEqual(['1', '1', '2', '2']);
    const states = await cloud.queues();
    const source = states.find(({ url }) => url === lane);
    expect(states.find(({ url }) => url === deadLetters)).toMatchObject({
      deadLetterQueueOf: [source?.name],
      visible: 2,
      sent: 0,
    });
  });

  test('is disabled and enabled by UpdateEventSourceMapping', async ({ opened: bench }) => {
    const { cloud, sqs, lane, batches, waitUntilEmpty } = await startLane(bench, handler(''), { batchSize: 1 });
    const name = cloud.environments()[0]?.function ?? '';
    const api = `${cloud.endpoints.lambda}/2015-03-31/event-source-mappings/`;
    const list = async () => {
      const answer = await fetch(`${api}?FunctionName=${name}`);
      return (await answer.json()) as { EventSourceMappings: { UUID: string; State: string }[] };
    };
    const [mapping] = (await list()).EventSourceMappings;
    const change = (Enabled: boolean) =>
      fetch(api + mapping?.UUID, { method: 'PUT', body: JSON.stringify({ Enabled }) });
    const state = async () => (await list()).EventSourceMappings[0]?.State;

    // When it is disabled, messages wait
    expect((await change(false)).status).toBe(202);
    await expect.poll(state).toBe('Disabled');
    await sqs.send(lane, ['waiting']);
    expect((await cloud.queues()).find(({ url }) => url === lane)).toMatchObject({ visible: 1, inFlight: 0 });
    expect(await batches()).toEqual([]);

    // When it is enabled again, the function gets them
    await change(true);
    await waitUntilEmpty();
    expect(await state()).toBe('Enabled');
    expect(await batches()).toHaveLength(1);
  });
});
