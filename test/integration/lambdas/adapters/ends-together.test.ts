import { GetObjectCommand, ListObjectsV2Command, type PutObjectCommand } from '@aws-sdk/client-s3';
import type { PublishBatchCommand } from '@aws-sdk/client-sns';
import { beforeAll, expect, it } from 'vitest';
import { Archive } from '../../../../lambdas/adapters/archive.ts';
import { OutcomeTopic } from '../../../../lambdas/adapters/outcome-topic.ts';
import type { Removal } from '../../../../lambdas/domain/link/removal.ts';
import { expiryWorkerEnvironment } from '../../../../lambdas/expiry-worker/env.ts';
import { expiryWorker } from '../../../../lambdas/expiry-worker/expiry-worker.ts';
import { readEnvironment } from '../../../../lambdas/runtime/environment.ts';
import { EmulatedApi } from '../../../world/emulated-api.ts';
import { expiryWorkerVariables } from '../../../world/expiry-worker-variables.ts';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import { InMemoryControl } from '../../../world/in-memory-control.ts';
import { InMemoryLedger } from '../../../world/in-memory-ledger.ts';
import { givenEngines } from './given-engines.ts';

const now = Date.parse('2026-06-01T00:00:00Z');

const ended = (number: number) =>
  givenLinkAt(`poster-${number}`, { source: 'studio', requestId: `p-${number}`, expiresAt: now / 1000 - 3_600 });

let engines: Awaited<ReturnType<typeof givenEngines>>;
beforeAll(async () => {
  engines = await givenEngines();
});

it('sixty expired links, checked one by one, make one object of the history and six publishes', async () => {
  // Given a worker whose calls are further apart than lines and outcomes linger
  const { s3, sns } = engines;
  const bucket = await engines.bucket('archive');
  const { topicArn, queueUrl } = await engines.topic('outcomes');
  const [puts, publishes]: [string[], number[]] = [[], []];
  s3.middlewareStack.add(
    (next, context) => (call) => {
      if (context.commandName === 'PutObjectCommand') puts.push((call.input as PutObjectCommand['input']).Key ?? '');
      return next(call);
    },
    { step: 'initialize' },
  );
  sns.middlewareStack.add(
    (next, context) => (call) => {
      const { PublishBatchRequestEntries } = call.input as PublishBatchCommand['input'];
      if (context.commandName === 'PublishBatchCommand') publishes.push(PublishBatchRequestEntries?.length ?? 0);
      return next(call);
    },
    { step: 'initialize' },
  );
  const api = new EmulatedApi({ now: () => now, sleep: async () => {} });
  let turn = Promise.resolve();
  const control = new InMemoryControl();
  control.setRecord(now);
  const work = expiryWorker(
    readEnvironment(expiryWorkerEnvironment, { ...expiryWorkerVariables, CALLS_IN_FLIGHT: '8' }),
    {
      api: {
        // The rate limiter grants one turn in 60 ms, which is longer than outcomes linger.
        read: async (address) => {
          turn = turn.then(() => new Promise((resolve) => setTimeout(resolve, 60)));
          await turn;
          return api.client.read(address);
        },
        update: (address, link) => api.client.update(address, link),
      },
      ledger: new InMemoryLedger(),
      control,
      onQuotaCall: () => {},
      linkIdSecret: { value: async () => 'secret' },
      removalIn: (body) => JSON.parse(body) as Removal,
      history: new Archive(s3, bucket),
      qrImages: { remove: async () => {} },
      outcomes: new OutcomeTopic(sns, topicArn, 10),
      observer: { count: () => {}, milliseconds: () => {}, level: () => {}, info: () => {}, warn: () => {} },
      clock: { wallMilliseconds: () => now, monotonicMilliseconds: () => 0, sleep: async () => {} },
    },
  );

  // When sixty checks arrive in one batch
  const deliveries = Array.from({ length: 60 }, (_, number) => ({
    messageId: `m-${number}`,
    body: JSON.stringify({ record: ended(number), token: `removal-${number}` } satisfies Removal),
    receiveCount: 1,
    sentAtMilliseconds: now,
  }));
  const dispositions = await work(deliveries, { remainingMilliseconds: () => 60_000 });

  // Then each has its outcome and its history line, with as few calls as possible
  expect(dispositions).toEqual(Array(60).fill('done'));
  expect(puts).toEqual([expect.stringMatching(/^history\/2026\/05\/31\//)]);
  expect(publishes).toEqual([10, 10, 10, 10, 10, 10]);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: Contents[0]?.Key ?? '' }));
  expect((await Body?.transformToString())?.trim().split('\n')).toHaveLength(60);
  expect(await engines.drain(queueUrl)).toHaveLength(60);
});
