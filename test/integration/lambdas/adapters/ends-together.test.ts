import { GetObjectCommand, ListObjectsV2Command, type PutObjectCommand } from '@aws-sdk/client-s3';
import type { PublishBatchCommand } from '@aws-sdk/client-sns';
import { beforeAll, expect, it } from 'vitest';
import { Archive } from '../../../../lambdas/adapters/archive.ts';
import { OutcomeTopic } from '../../../../lambdas/adapters/outcome-topic.ts';
import type { Removal } from '../../../../lambdas/domain/link/removal.ts';
import { ExpiryWorld, now } from '../../../world/expiry-world.ts';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import { givenEngines } from './given-engines.ts';

const ended = (number: number) =>
  givenLinkAt(`poster-${number}`, { source: 'studio', requestId: `p-${number}`, expiresAt: now - 3_600 });

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
  let turn = Promise.resolve();
  const world: ExpiryWorld = new ExpiryWorld(
    { CALLS_IN_FLIGHT: '8' },
    {
      api: {
        // The rate limiter grants one turn in 60 ms, which is longer than outcomes linger.
        read: async (address) => {
          turn = turn.then(() => new Promise((resolve) => setTimeout(resolve, 60)));
          await turn;
          return world.api.client.read(address);
        },
        update: (address, link) => world.api.client.update(address, link),
      },
      history: new Archive(s3, bucket),
      outcomes: new OutcomeTopic(sns, topicArn, 10),
    },
  );

  // When sixty checks arrive in one batch
  const deliveries = Array.from({ length: 60 }, (_, number) => ({
    messageId: `m-${number}`,
    body: JSON.stringify({ record: ended(number), token: `removal-${number}` } satisfies Removal),
    receiveCount: 1,
    sentAtMilliseconds: now * 1000,
    sender: 'AROAOFTHEINTAKE',
  }));
  const dispositions = await world.work(deliveries, { remainingMilliseconds: () => 60_000 });

  // Then each has its outcome and its history line, with as few calls as possible
  expect(dispositions).toEqual(Array(60).fill('done'));
  expect(puts).toEqual([expect.stringMatching(/^history\/2026\/05\/31\//)]);
  expect(publishes).toEqual([10, 10, 10, 10, 10, 10]);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: Contents[0]?.Key ?? '' }));
  expect((await Body?.transformToString())?.trim().split('\n')).toHaveLength(60);
  expect(await engines.drain(queueUrl)).toHaveLength(60);
});
