import { GetObjectCommand, ListObjectsV2Command, type PutObjectCommand } from '@aws-sdk/client-s3';
import type { PublishBatchCommand } from '@aws-sdk/client-sns';
import { beforeAll, expect, it } from 'vitest';
import { Archive } from '../../../../lambdas/adapters/archive.ts';
import { OutcomeTopic } from '../../../../lambdas/adapters/outcome-topic.ts';
import type { LinkRecord } from '../../../../lambdas/domain/link/ledger-record.ts';
import type { Removal } from '../../../../lambdas/domain/link/removal.ts';
import { type ExpiryWorkerVariables, expiryWorkerEnvironment } from '../../../../lambdas/expiry-worker/env.ts';
import { expiryWorker } from '../../../../lambdas/expiry-worker/expiry-worker.ts';
import { readEnvironment } from '../../../../lambdas/runtime/environment.ts';
import { EmulatedApi } from '../../../world/emulated-api.ts';
import { InMemoryControl } from '../../../world/in-memory-control.ts';
import { InMemoryLedger } from '../../../world/in-memory-ledger.ts';
import { givenEngines } from './given-engines.ts';

const variables: ExpiryWorkerVariables = {
  API_BASE_URL: 'http://127.0.0.1:1/api/v2.0',
  API_TOKEN_SECRET_ARN: 'arn:token',
  LINK_ID_SECRET_ARN: 'arn:link-id',
  EXPIRY_CALLS_PER_SECOND: '4',
  CALLS_IN_FLIGHT: '8',
  CALL_TIMEOUT_MILLISECONDS: '10000',
  LEDGER_TABLE_NAME: 'ledger',
  ARCHIVE_BUCKET_NAME: 'archive',
  QR_BUCKET_NAME: 'codes',
  EXPIRY_QUEUE_URL: 'http://127.0.0.1:1/expired',
  OUTCOME_TOPIC_ARN: 'arn:outcomes',
  KEEP_QR_IMAGES: 'false',
  LEASE_SECONDS: '90',
  CHECK_LOST_AFTER_DAYS: '15',
  MOST_RETURNED_MESSAGES: '1000',
};
const now = Date.parse('2026-06-01T00:00:00Z');

const ended = (number: number): LinkRecord => ({
  address: { onelinkId: 'A1b3', shortlinkId: `poster-${number}` },
  source: 'studio',
  requestId: `p-${number}`,
  state: 'live',
  shortUrl: `https://acme.onelink.me/A1b3/poster-${number}`,
  pid: 'print',
  dataDigest: 'digest',
  ttlSeconds: 86_400,
  renewTtl: true,
  version: 1,
  applied: { requestedAt: '2026-05-01T00:00:00Z', requestId: `p-${number}` },
  expiresAt: now / 1000 - 3_600,
});

let engines: Awaited<ReturnType<typeof givenEngines>>;
beforeAll(async () => {
  engines = await givenEngines();
});

it('sixty links that have ended, asked about one after the other, make one object of the history and six publishes', async () => {
  // Given a worker whose calls go out at a pace, far apart for what gathers lines and outcomes
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
  control.say(now);
  const work = expiryWorker(readEnvironment(expiryWorkerEnvironment, variables), {
    api: {
      // One turn in 60 ms, as a turnstile lets them through: longer than outcomes wait for each other.
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
  });

  // When sixty of them come in one batch
  const deliveries = Array.from({ length: 60 }, (_, number) => ({
    messageId: `m-${number}`,
    body: JSON.stringify({ record: ended(number), token: `removal-${number}` } satisfies Removal),
    receiveCount: 1,
    sentAtMilliseconds: now,
  }));
  const verdicts = await work(deliveries, { remainingMilliseconds: () => 60_000 });

  // Then each is told and in the history, in as few calls as there can be
  expect(verdicts).toEqual(Array(60).fill('done'));
  expect(puts).toEqual([expect.stringMatching(/^history\/2026\/05\/31\//)]);
  expect(publishes).toEqual([10, 10, 10, 10, 10, 10]);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: Contents[0]?.Key ?? '' }));
  expect((await Body?.transformToString())?.trim().split('\n')).toHaveLength(60);
  expect(await engines.drain(queueUrl)).toHaveLength(60);
});
