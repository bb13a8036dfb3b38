import { test as base, describe, expect } from 'vitest';
import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import type { QrJob } from '../../../../lambdas/domain/contract/qr-job.ts';
import type { LinkRecord } from '../../../../lambdas/domain/link/ledger-record.ts';
import { type QrWorkerVariables, qrWorkerEnvironment } from '../../../../lambdas/qr-worker/env.ts';
import { qrWorker } from '../../../../lambdas/qr-worker/qr-worker.ts';
import { readEnvironment } from '../../../../lambdas/runtime/environment.ts';
import { EmulatedApi } from '../../../world/emulated-api.ts';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import { InMemoryLedger } from '../../../world/in-memory-ledger.ts';
import { silentObserver, stillClock } from '../../../world/stillness.ts';

const it = base.extend('world', () => givenWorld());

const variables: QrWorkerVariables = {
  API_DIALECT: 'v2.0',
  API_BASE_URL: 'http://127.0.0.1:1/api/v2.0',
  API_PROXY_URL: '',
  API_TOKEN_SECRET_ARN: 'arn:token',
  QR_CALLS_PER_SECOND: '8',
  CALLS_IN_FLIGHT: '1',
  CALL_TIMEOUT_MILLISECONDS: '10000',
  MOST_RETURNED_MESSAGES: '3000',
  LEDGER_TABLE_NAME: 'ledger',
  QR_BUCKET_NAME: 'codes',
  QR_QUEUE_URL: 'http://127.0.0.1:1/qr',
  OUTCOME_TOPIC_ARN: 'arn:outcomes',
  DEDUPLICATION_WINDOW_DAYS: '75',
  MAX_QR_ATTEMPTS: '8',
};

const key = 'A1b3/poster';
const job: QrJob = {
  specVersion: '1.0',
  lane: 'campaign',
  source: 'studio',
  requestId: 'q-1',
  action: 'qr',
  messageId: 'm-1',
  commandDigest: 'digest',
  onelinkId: 'A1b3',
  shortlinkId: 'poster',
  version: 3,
  qr: { format: 'png', size: 600 },
  metadata: { shop: '7' },
  sentAtMilliseconds: Date.parse('2026-03-01T10:00:00Z'),
};
const link = givenLinkAt('poster', { source: 'studio', requestId: 'c-1', version: 3 });
/** The job of the create that made the link. */
const made = { action: 'create', requestId: 'c-1' } as const;
/** A PNG's first eight bytes. */
const image = Buffer.from('89504e470d0a1a0a', 'hex');
const unavailable = { kind: 'status', status: 503 } as const;
/** The API's documented answer to an invalid `size`. */
const wrong = { kind: 'status', status: 400, errorType: 'invalid_parameter' } as const;

function givenWorld() {
  const ledger = new InMemoryLedger();
  const [outcomes, stored, removed, drawn]: [Outcome[], string[], string[], unknown[]] = [[], [], [], []];
  const counted: string[] = [];
  const now = () => Date.parse('2026-03-01T10:00:05Z');
  const api = new EmulatedApi({
    now,
    sleep: async () => {},
    drawQr: async (url, { size, format }) => {
      drawn.push({ url, size, format });
      return image;
    },
  });
  api.links.set(key, { data: { pid: 'print' }, expiresAt: link.expiresAt });
  ledger.links.set(key, { ...link });
  const work = qrWorker(readEnvironment(qrWorkerEnvironment, variables), {
    api: api.client,
    ledger,
    store: {
      bucket: 'codes',
      put: async ({ source, address: { onelinkId, shortlinkId } }, image) => {
        const key = `qr/${source}/${onelinkId}/${shortlinkId}.${image.format}`;
        stored.push(key);
        return key;
      },
      remove: async ({ source, address: { onelinkId, shortlinkId } }) =>
        void removed.push(`${source}/${onelinkId}/${shortlinkId}`),
    },
    outcomes: { publish: async (outcome) => void outcomes.push(outcome) },
    observerOf: (lane) => ({ ...silentObserver, count: (metric) => void counted.push(`${lane} ${metric}`) }),
    clock: stillClock(now()),
  });
  const deliver = (jobs: unknown[], receiveCount = 1, remaining = 60_000) =>
    work(
      jobs.map((body, index) => ({
        messageId: `qr-${index}`,
        body: typeof body === 'string' ? body : JSON.stringify(body),
        receiveCount,
        sentAtMilliseconds: 0,
        sender: 'AROAOFTHELINKWORKER',
      })),
      { remainingMilliseconds: () => remaining },
    );
  return { ledger, api, outcomes, stored, removed, drawn, counted, deliver };
}

type World = ReturnType<typeof givenWorld>;
const ownImage = 'studio/A1b3/poster';
/** The link was deleted, and another source has made a new one at its address. */
const takenOver = ({ ledger }: World) => void ledger.links.set(key, { ...link, source: 'crm', requestId: 'c-2' });
const tombstoned = ({ ledger }: World) => void ledger.links.set(key, { ...link, state: 'deleted' });
const madeByHand = ({ api }: World) =>
  api.links.set(key, { data: { pid: 'by hand' }, expiresAt: link.expiresAt, api: 'dashboard' });

describe('a QR job of an erased subject', () => {
  const sentAtMilliseconds = 1_000;
  const ofPerson = { ...job, subject: 'digest of a person', sentAtMilliseconds };

  it('ends without a call, a record of the link or an image', async ({ world }) => {
    world.ledger.erasedAt.set('digest of a person', sentAtMilliseconds);
    expect(await world.deliver([ofPerson])).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'qr-failed', reason: 'subject-erased', messageId: 'm-1' }]);
    expect(world.outcomes[0]).not.toHaveProperty('metadata');
    expect(world.outcomes[0]).not.toHaveProperty('link');
    expect(world.ledger.answered.get('studio/q-1')).not.toHaveProperty('subject');
    expect(world.ledger.links.get(key)).not.toHaveProperty('qrFailure');
    expect(world.api.calls).toEqual([]);
    expect(world.removed).toEqual([ownImage]);
  });

  it('is carried out if it was sent afterwards, and its record has the subject', async ({ world }) => {
    world.ledger.erasedAt.set('digest of a person', sentAtMilliseconds - 1);
    await world.deliver([ofPerson]);
    expect(world.outcomes).toMatchObject([{ outcome: 'qr-ready' }]);
    expect(world.ledger.answered.get('studio/q-1')?.subject).toBe('digest of a person');
  });
});

describe('a QR job', () => {
  it('stores the image, records it, and publishes an outcome for the command’s message', async ({ world }) => {
    expect(await world.deliver([job])).toEqual(['done']);
    expect(world.drawn).toEqual([{ url: 'https://acme.onelink.me/A1b3/poster', size: 600, format: 'png' }]);
    expect(world.stored).toEqual(['qr/studio/A1b3/poster.png']);
    expect(world.outcomes).toMatchObject([
      {
        outcome: 'qr-ready',
        action: 'qr',
        source: 'studio',
        requestId: 'q-1',
        messageId: 'm-1',
        repeat: false,
        link: { onelinkId: 'A1b3', shortlinkId: 'poster', version: 3 },
        qr: { bucket: 'codes', key: 'qr/studio/A1b3/poster.png', format: 'png', bytes: 8 },
        metadata: { shop: '7' },
      },
    ]);
    expect(world.ledger.answered.get('studio/q-1')?.outcome.outcome).toBe('qr-ready');
  });

  it('counts for its own lane, and its outcome names that lane', async ({ world }) => {
    const urgent = { ...job, lane: 'transactional', requestId: 'q-2' };
    expect(await world.deliver([job, urgent])).toEqual(['done', 'done']);
    expect(world.counted).toEqual(['campaign QrStored', 'transactional QrStored']);
    expect(world.outcomes.map(({ requestId, lane }) => [requestId, lane])).toEqual([
      ['q-1', 'campaign'],
      ['q-2', 'transactional'],
    ]);
  });

  it.each<[string, number, (world: World) => void, string, string[]]>([
    ['if its link was deleted, and leaves no image', 1, tombstoned, 'link-deleted', [ownImage]],
    ['if its address has another source’s link by now', 1, takenOver, 'link-deleted', [ownImage]],
    ['if its link’s record is never restored', 8, ({ ledger }) => ledger.links.delete(key), 'link-deleted', [ownImage]],
    ['if another system has made a link at its address', 2, madeByHand, 'refused-by-api', [ownImage]],
    ['if the API refuses the request as invalid', 1, ({ api }) => api.spoil('qr', wrong), 'refused-by-api', []],
  ])('ends as `qr-failed` %s', async (_, receiveCount, given, reason, removed) => {
    const world = givenWorld();
    given(world);
    expect(await world.deliver([job], receiveCount)).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'qr-failed', reason }]);
    expect(world.removed).toEqual(removed);
    expect(world.api.calls).toEqual(['qr']);
  });

  it('Given that the TTL has removed its link’s record, When it is delivered, Then it waits for it', async ({
    world,
  }) => {
    world.ledger.links.delete(key);
    expect(await world.deliver([job], 7)).toEqual(['try-again']);
    expect(world.outcomes).toEqual([]);
    // An image left in the bucket would belong to a link without a record.
    expect(world.removed).toEqual([ownImage]);
    world.ledger.links.set(key, { ...link });
    expect(await world.deliver([job], 8)).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'qr-ready' }]);
  });

  it.each<[string, QrJob, number, (world: World) => void, string]>([
    ['the API refuses the code', { ...job, ...made }, 1, ({ api }) => api.spoil('qr', wrong), 'refused-by-api'],
    ['the API does not find the link', { ...job, ...made }, 3, ({ api }) => api.links.delete(key), 'link-not-found'],
    ['the API gives up', { ...job, ...made }, 8, ({ api }) => api.spoil('qr', unavailable), 'api-unavailable'],
    ['the API refuses a code alone', job, 1, ({ api }) => api.spoil('qr', wrong), 'refused-by-api'],
  ])('leaves the reason in the link’s record when %s', async (_, of, receiveCount, given, reason) => {
    const world = givenWorld();
    given(world);
    expect(await world.deliver([of], receiveCount)).toEqual(['done']);
    expect(world.ledger.links.get(key)?.qrFailure).toEqual({ requestId: of.requestId, reason });
  });

  it('removes the reason from the link’s record when a later code is ready', async ({ world }) => {
    world.api.spoil('qr', wrong);
    await world.deliver([{ ...job, ...made }]);
    await world.deliver([job]);
    const record = world.ledger.links.get(key);
    expect(record).toMatchObject({ qrKey: 'qr/studio/A1b3/poster.png' });
    expect(record).not.toHaveProperty('qrFailure');
  });

  it.each<[string, Partial<LinkRecord>]>([
    ['has an image', { qrKey: 'qr/studio/A1b3/poster.png' }],
    ['is another create’s by now', { requestId: 'c-2' }],
  ])('leaves no reason in the record of a link that %s', async (_, change) => {
    const world = givenWorld();
    world.ledger.links.set(key, { ...link, ...change });
    world.api.spoil('qr', wrong);
    expect(await world.deliver([{ ...job, ...made }])).toEqual(['done']);
    expect(world.ledger.links.get(key)).toEqual({ ...link, ...change });
  });

  it('Given a ledger that fails, When its code is refused, Then it returns before anybody hears of it', async ({
    world,
  }) => {
    world.api.spoil('qr', wrong, wrong);
    world.ledger.failNext.add('noteQrFailure');
    expect(await world.deliver([{ ...job, ...made }])).toEqual(['try-again']);
    expect(world.outcomes).toEqual([]);
    expect(await world.deliver([{ ...job, ...made }], 2)).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'qr-failed', requestId: 'c-1' }]);
    expect(world.ledger.links.get(key)?.qrFailure).toMatchObject({ requestId: 'c-1' });
  });

  it('does not change the request record of its create', async ({ world }) => {
    await world.deliver([{ ...job, action: 'create' }]);
    expect(world.ledger.answered.size).toBe(0);
    expect(world.outcomes).toMatchObject([{ outcome: 'qr-ready', action: 'create' }]);
  });

  it('ends from the request record, without a call, if its command is a repeat', async ({ world }) => {
    await world.deliver([job]);
    await world.deliver([{ ...job, messageId: 'm-2' }]);
    expect(world.api.calls).toEqual(['qr']);
    expect(world.outcomes.map(({ messageId, repeat }) => [messageId, repeat])).toEqual([
      ['m-1', false],
      ['m-2', true],
    ]);
  });

  it.each<[string, (world: World) => void]>([
    ['was deleted', tombstoned],
    ['was replaced by another source’s', takenOver],
    ['has ended', ({ ledger, api }) => [ledger, api].map(({ links }) => links.delete(key))],
  ])(
    'Given a copy that ended as `qr-ready`, and whose link %s since, When it is delivered again, Then no image stays',
    async (_, end) => {
      const world = givenWorld();
      await world.deliver([job]);
      end(world);
      expect(await world.deliver([job], 2)).toEqual(['done']);
      expect(world.removed).toEqual([ownImage]);
      expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'qr-ready', messageId: 'm-1' });
    },
  );

  it('Given a copy that is ready and a live link, When it comes again, Then the image stays', async ({ world }) => {
    await world.deliver([job]);
    expect(await world.deliver([job], 2)).toEqual(['done']);
    // The TTL has removed the record. The expiry intake will restore it.
    world.ledger.links.delete(key);
    expect(await world.deliver([job], 3)).toEqual(['done']);
    expect(world.removed).toEqual([]);
  });

  it('is rejected if another command used its requestId before', async ({ world }) => {
    await world.deliver([job, { ...job, commandDigest: 'another', messageId: 'm-2' }]);
    expect(world.outcomes[1]).toMatchObject({ outcome: 'rejected', reason: 'request-id-reused', messageId: 'm-2' });
  });

  it('is tried again while the API fails, and ends as `qr-failed` at its last attempt', async ({ world }) => {
    world.api.spoil('qr', unavailable, unavailable);
    expect(await world.deliver([job], 7)).toEqual(['try-again']);
    expect(world.outcomes).toEqual([]);
    expect(await world.deliver([job], 8)).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'qr-failed', reason: 'api-unavailable' }]);
  });

  it('waits for a link that the API may not find yet, and then ends as `link-not-found`', async ({ world }) => {
    world.api.links.delete(key);
    expect(await world.deliver([job], 2)).toEqual(['try-again']);
    expect(world.removed).toEqual([]);
    expect(await world.deliver([job], 3)).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'qr-failed', reason: 'link-not-found' }]);
    // An earlier delivery may have stored an image while the link was being deleted, and crashed.
    expect(world.removed).toEqual([ownImage]);
  });

  it('returns when the account is blocked, and the rest of the batch returns without a call', async ({ world }) => {
    world.api.control.changeSettings({ token: 'another' });
    expect(await world.deliver([job, { ...job, requestId: 'q-2' }], 8)).toEqual(['account-blocked', 'account-blocked']);
    expect(world.api.calls).toEqual(['qr']);
    expect(world.outcomes).toEqual([]);
  });

  it('returns if the message is not a QR job, and ends in the dead-letter queue', async ({ world }) => {
    expect(await world.deliver(['not JSON', { hello: 'world' }])).toEqual(['try-again', 'try-again']);
  });

  it('goes back unbegun when there is no time left', async ({ world }) => {
    expect(await world.deliver([job], 1, 14_000)).toEqual(['out-of-time']);
    expect(world.api.calls).toEqual([]);
  });
});
