import { test as base, describe, expect } from 'vitest';
import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import type { QrJob } from '../../../../lambdas/domain/contract/qr-job.ts';
import { type QrWorkerVariables, qrWorkerEnvironment } from '../../../../lambdas/qr-worker/env.ts';
import { qrWorker } from '../../../../lambdas/qr-worker/qr-worker.ts';
import { readEnvironment } from '../../../../lambdas/runtime/environment.ts';
import { EmulatedApi } from '../../../world/emulated-api.ts';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import { InMemoryLedger } from '../../../world/in-memory-ledger.ts';

const it = base.extend('world', () => givenWorld());

const variables: QrWorkerVariables = {
  LANE: 'campaign',
  API_BASE_URL: 'http://127.0.0.1:1/api/v2.0',
  API_TOKEN_SECRET_ARN: 'arn:token',
  QR_CALLS_PER_SECOND: '8',
  CALLS_IN_FLIGHT: '1',
  CALL_TIMEOUT_MILLISECONDS: '10000',
  MOST_RETURNED_MESSAGES: '3000',
  LEDGER_TABLE_NAME: 'ledger',
  QR_BUCKET_NAME: 'codes',
  QR_QUEUE_URL: 'http://127.0.0.1:1/qr',
  OUTCOME_TOPIC_ARN: 'arn:outcomes',
  OUTCOMES_PER_PUBLISH: '10',
  DEDUPLICATION_WINDOW_DAYS: '75',
  MAX_QR_ATTEMPTS: '8',
};

const job: QrJob = {
  specVersion: '1.0',
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
/** A PNG's first eight bytes. */
const image = Buffer.from('89504e470d0a1a0a', 'hex');
const unavailable = { kind: 'status', status: 503 } as const;
/** The API's documented answer to an invalid `size`. */
const wrong = { kind: 'status', status: 400, errorType: 'invalid_parameter' } as const;

function givenWorld() {
  const ledger = new InMemoryLedger();
  const [outcomes, stored, removed, drawn]: [Outcome[], string[], string[], unknown[]] = [[], [], [], []];
  const now = () => Date.parse('2026-03-01T10:00:05Z');
  const api = new EmulatedApi({
    now,
    sleep: async () => {},
    drawQr: async (url, { size, format }) => {
      drawn.push({ url, size, format });
      return image;
    },
  });
  api.links.set('A1b3/poster', { data: { pid: 'print' }, expiresAt: link.expiresAt });
  ledger.links.set('A1b3/poster', { ...link });
  const work = qrWorker(readEnvironment(qrWorkerEnvironment, variables), {
    api: api.client,
    ledger,
    store: {
      bucket: 'codes',
      put: async ({ onelinkId, shortlinkId }, image) => {
        const key = `qr/${onelinkId}/${shortlinkId}.${image.format}`;
        stored.push(key);
        return key;
      },
      remove: async ({ onelinkId, shortlinkId }) => void removed.push(`${onelinkId}/${shortlinkId}`),
    },
    outcomes: { publish: async (outcome) => void outcomes.push(outcome) },
    observer: { count: () => {}, milliseconds: () => {}, level: () => {}, info: () => {}, warn: () => {} },
    clock: {
      wallMilliseconds: now,
      monotonicMilliseconds: () => 0,
      sleep: async () => {},
    },
  });
  const deliver = (jobs: unknown[], receiveCount = 1, remaining = 60_000) =>
    work(
      jobs.map((body, index) => ({
        messageId: `qr-${index}`,
        body: typeof body === 'string' ? body : JSON.stringify(body),
        receiveCount,
        sentAtMilliseconds: 0,
      })),
      { remainingMilliseconds: () => remaining },
    );
  return { ledger, api, outcomes, stored, removed, drawn, deliver };
}

describe('a QR job', () => {
  it('stores the image, records it in the ledger, and publishes an outcome for the command’s message', async ({
    world: { deliver, outcomes, stored, drawn, ledger },
  }) => {
    expect(await deliver([job])).toEqual(['done']);
    expect(drawn).toEqual([{ url: 'https://acme.onelink.me/A1b3/poster', size: 600, format: 'png' }]);
    expect(stored).toEqual(['qr/A1b3/poster.png']);
    expect(outcomes).toMatchObject([
      {
        outcome: 'qr-ready',
        action: 'qr',
        source: 'studio',
        requestId: 'q-1',
        messageId: 'm-1',
        repeat: false,
        link: { onelinkId: 'A1b3', shortlinkId: 'poster', version: 3 },
        qr: { bucket: 'codes', key: 'qr/A1b3/poster.png', format: 'png', bytes: 8 },
        metadata: { shop: '7' },
      },
    ]);
    expect(ledger.answered.get('studio/q-1')?.outcome.outcome).toBe('qr-ready');
  });

  it('leaves no image if another system has made a link at its address', async ({
    world: { deliver, api, outcomes, removed },
  }) => {
    api.links.set('A1b3/poster', { data: { pid: 'by hand' }, expiresAt: link.expiresAt, foreign: true });
    expect(await deliver([job], 2)).toEqual(['done']);
    expect(outcomes).toMatchObject([{ outcome: 'qr-failed', reason: 'refused-by-api' }]);
    expect(removed).toEqual(['A1b3/poster']);
  });

  it('leaves no image if its link was deleted before the image was stored', async ({
    world: { deliver, outcomes, removed, ledger },
  }) => {
    ledger.links.set('A1b3/poster', { ...link, state: 'deleted' });
    expect(await deliver([job])).toEqual(['done']);
    expect(removed).toEqual(['A1b3/poster']);
    expect(outcomes).toMatchObject([{ outcome: 'qr-failed', reason: 'link-deleted' }]);
  });

  it('Given a live link whose record the TTL has removed, When its code is drawn, Then the job waits until the record is restored', async ({
    world: { deliver, outcomes, removed, ledger },
  }) => {
    ledger.links.delete('A1b3/poster');
    expect(await deliver([job], 7)).toEqual(['try-again']);
    expect(outcomes).toEqual([]);
    // An image left in the bucket would belong to a link without a record.
    expect(removed).toEqual(['A1b3/poster']);
    ledger.links.set('A1b3/poster', { ...link });
    expect(await deliver([job], 8)).toEqual(['done']);
    expect(outcomes).toMatchObject([{ outcome: 'qr-ready' }]);
  });

  it('Given a record that is never restored, When the code is drawn for the eighth time, Then the job fails', async ({
    world: { deliver, outcomes, ledger },
  }) => {
    ledger.links.delete('A1b3/poster');
    expect(await deliver([job], 8)).toEqual(['done']);
    expect(outcomes).toMatchObject([{ outcome: 'qr-failed', reason: 'link-deleted' }]);
  });

  it('does not change the request record of its create', async ({ world: { deliver, ledger, outcomes } }) => {
    await deliver([{ ...job, action: 'create' }]);
    expect(ledger.answered.size).toBe(0);
    expect(outcomes).toMatchObject([{ outcome: 'qr-ready', action: 'create' }]);
  });

  it('ends from the request record, without a call, if its command is a repeat', async ({
    world: { deliver, outcomes, api },
  }) => {
    await deliver([job]);
    await deliver([{ ...job, messageId: 'm-2' }]);
    expect(api.calls).toEqual(['qr']);
    expect(outcomes.map(({ messageId, repeat }) => [messageId, repeat])).toEqual([
      ['m-1', false],
      ['m-2', true],
    ]);
  });

  it.each([
    [
      'was deleted',
      (world: ReturnType<typeof givenWorld>) => {
        world.ledger.links.set('A1b3/poster', { ...link, state: 'deleted' });
      },
    ],
    [
      'has ended',
      (world: ReturnType<typeof givenWorld>) => {
        world.ledger.links.delete('A1b3/poster');
        world.api.links.delete('A1b3/poster');
      },
    ],
  ])(
    'Given a copy that ended as `qr-ready`, and whose link %s since, When it is delivered again, Then no image stays',
    async (_, end) => {
      const world = givenWorld();
      await world.deliver([job]);
      end(world);
      expect(await world.deliver([job], 2)).toEqual(['done']);
      expect(world.removed).toEqual(['A1b3/poster']);
      expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'qr-ready', messageId: 'm-1' });
    },
  );

  it('Given a copy that ended as `qr-ready`, and whose link is live, When it is delivered again, Then the image stays', async ({
    world: { deliver, ledger, removed },
  }) => {
    await deliver([job]);
    expect(await deliver([job], 2)).toEqual(['done']);
    // The TTL has removed the record. The expiry intake will restore it.
    ledger.links.delete('A1b3/poster');
    expect(await deliver([job], 3)).toEqual(['done']);
    expect(removed).toEqual([]);
  });

  it('is rejected if another command used its requestId before', async ({ world: { deliver, outcomes } }) => {
    await deliver([job, { ...job, commandDigest: 'another', messageId: 'm-2' }]);
    expect(outcomes[1]).toMatchObject({ outcome: 'rejected', reason: 'request-id-reused', messageId: 'm-2' });
  });

  it('is tried again while the API fails, and ends as `qr-failed` at its last attempt', async ({
    world: { deliver, outcomes, api },
  }) => {
    api.spoil('qr', unavailable, unavailable);
    expect(await deliver([job], 7)).toEqual(['try-again']);
    expect(outcomes).toEqual([]);
    expect(await deliver([job], 8)).toEqual(['done']);
    expect(outcomes).toMatchObject([{ outcome: 'qr-failed', reason: 'api-unavailable' }]);
  });

  it('waits for a link that the API may not find yet, and then ends as `link-not-found`', async ({
    world: { deliver, outcomes, removed, api },
  }) => {
    api.links.delete('A1b3/poster');
    expect(await deliver([job], 2)).toEqual(['try-again']);
    expect(removed).toEqual([]);
    expect(await deliver([job], 3)).toEqual(['done']);
    expect(outcomes).toMatchObject([{ outcome: 'qr-failed', reason: 'link-not-found' }]);
    // An earlier delivery may have stored an image while the link was being deleted, and crashed.
    expect(removed).toEqual(['A1b3/poster']);
  });

  it('fails at once if the API refuses the request as invalid', async ({ world: { deliver, outcomes, api } }) => {
    api.spoil('qr', wrong);
    expect(await deliver([job])).toEqual(['done']);
    expect(outcomes).toMatchObject([{ outcome: 'qr-failed', reason: 'refused-by-api' }]);
    expect(api.calls).toEqual(['qr']);
  });

  it('returns when the account is blocked, and the rest of the batch returns without a call', async ({
    world: { deliver, outcomes, api },
  }) => {
    api.control.changeSettings({ token: 'another' });
    expect(await deliver([job, { ...job, requestId: 'q-2' }], 8)).toEqual(['account-blocked', 'account-blocked']);
    expect(api.calls).toEqual(['qr']);
    expect(outcomes).toEqual([]);
  });

  it('returns if the message is not a QR job, and ends in the dead-letter queue', async ({ world: { deliver } }) => {
    expect(await deliver(['not JSON', { hello: 'world' }])).toEqual(['try-again', 'try-again']);
  });

  it('goes back unbegun when there is no time left', async ({ world: { deliver, api } }) => {
    expect(await deliver([job], 1, 14_000)).toEqual(['out-of-time']);
    expect(api.calls).toEqual([]);
  });
});
