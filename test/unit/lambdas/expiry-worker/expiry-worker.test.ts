import { test as base, describe, expect } from 'vitest';
import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import { dataDigest } from '../../../../lambdas/domain/link/digest.ts';
import type { HistoryLine } from '../../../../lambdas/domain/link/history-line.ts';
import { type LinkRecord, wakeAt } from '../../../../lambdas/domain/link/ledger-record.ts';
import type { Removal } from '../../../../lambdas/domain/link/removal.ts';
import { type ExpiryWorkerVariables, expiryWorkerEnvironment } from '../../../../lambdas/expiry-worker/env.ts';
import { expiryWorker } from '../../../../lambdas/expiry-worker/expiry-worker.ts';
import { readEnvironment } from '../../../../lambdas/runtime/environment.ts';
import { EmulatedApi } from '../../../world/emulated-api.ts';
import { expiryWorkerVariables } from '../../../world/expiry-worker-variables.ts';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import { InMemoryControl } from '../../../world/in-memory-control.ts';
import { InMemoryLedger } from '../../../world/in-memory-ledger.ts';

const it = base.extend('world', () => givenWorld());

const now = Date.parse('2026-06-01T00:00:00Z') / 1000;
const day = 86_400;
const key = 'A1b3/poster';
const secret = 'a secret of the test';
const data = { pid: 'print', n: '7' };

/** A link that expired an hour ago, by its record. */
const poster = givenLinkAt('poster', {
  source: 'studio',
  requestId: 'p-1',
  pid: 'print',
  campaign: 'posters',
  dataDigest: dataDigest(secret, data),
  version: 2,
  applied: { requestedAt: '2026-05-01T00:00:00Z', requestId: 'u-1' },
  qrKey: 'qr/A1b3/poster.png',
  expiresAt: now - 3_600,
});

function givenWorld(settings: Partial<ExpiryWorkerVariables> = {}) {
  const ledger = new InMemoryLedger();
  const control = new InMemoryControl();
  control.setRecord(now * 1000);
  const api = new EmulatedApi({ now: () => now * 1000, sleep: async () => {} });
  const failing = new Set<'publish'>();
  const [outcomes, history, removed]: [Outcome[], HistoryLine[], string[]] = [[], [], []];
  const work = expiryWorker(readEnvironment(expiryWorkerEnvironment, { ...expiryWorkerVariables, ...settings }), {
    api: api.client,
    ledger,
    control,
    onQuotaCall: () => {},
    linkIdSecret: { value: async () => secret },
    removalIn: (body) => (body === 'unknown' ? undefined : (JSON.parse(body) as Removal)),
    history: { addExpired: async (line) => void history.push(line) },
    qrImages: { remove: async ({ shortlinkId }) => void removed.push(shortlinkId) },
    outcomes: {
      publish: async (outcome) => {
        if (failing.delete('publish')) throw new Error('the topic fails in this test');
        outcomes.push(outcome);
      },
    },
    observer: { count: () => {}, milliseconds: () => {}, level: () => {}, info: () => {}, warn: () => {} },
    clock: { wallMilliseconds: () => now * 1000, monotonicMilliseconds: () => 0, sleep: async () => {} },
  });
  const atApi = (expiresAt: number, held: Record<string, string> = data) =>
    api.links.set(key, { data: held, expiresAt });
  const look = (record: LinkRecord | 'unknown', remaining = 60_000, receiveCount = 1) => {
    const body = typeof record === 'string' ? record : JSON.stringify({ record, token: 'removal-1' });
    const delivery = { messageId: 'e-1', body, receiveCount, sentAtMilliseconds: 0 };
    return work([delivery], { remainingMilliseconds: () => remaining });
  };
  return { ledger, control, api, atApi, outcomes, history, removed, failing, look };
}

describe('a link whose record DynamoDB has deleted', () => {
  it('ends as `expired` without a call if it does not renew: history, image, outcome', async ({
    world: { look, api, outcomes, history, removed, ledger },
  }) => {
    expect(await look({ ...poster, renewTtl: false })).toEqual(['done']);
    expect(api.calls).toEqual([]);
    expect(history).toEqual([
      {
        onelinkId: 'A1b3',
        shortlinkId: 'poster',
        shortUrl: 'https://acme.onelink.me/A1b3/poster',
        source: 'studio',
        requestId: 'p-1',
        pid: 'print',
        campaign: 'posters',
        version: 2,
        expiredAt: '2026-05-31T23:00:00Z',
      },
    ]);
    expect(removed).toEqual(['poster']);
    expect(outcomes).toMatchObject([
      { outcome: 'expired', action: null, source: 'studio', requestId: 'p-1', lane: 'expiry', messageId: 'e-1' },
    ]);
    expect(ledger.links.size).toBe(0);
  });

  it('ends as `expired` if it renews and the API has no such link', async ({ world: { look, api, outcomes } }) => {
    await look(poster);
    expect(api.calls).toEqual(['read']);
    expect(outcomes).toMatchObject([{ outcome: 'expired' }]);
  });

  it('ends as `expired` if the API still shows it after its expiry', async ({ world: { look, atApi, outcomes } }) => {
    atApi(now - 3_600);
    await look(poster);
    expect(outcomes).toMatchObject([{ outcome: 'expired' }]);
  });

  it('ends as `renewed` with its true expiry if it was clicked', async ({
    world: { look, atApi, outcomes, ledger, history, removed },
  }) => {
    atApi(now + 20 * day);
    await look(poster);
    expect(ledger.links.get(key)).toEqual({ ...poster, expiresAt: now + 20 * day });
    expect(outcomes).toMatchObject([{ outcome: 'renewed', link: { expiresAt: '2026-06-21T00:00:00Z', version: 2 } }]);
    expect([history, removed]).toEqual([[], []]);
  });

  it('keeps the record and the image of a new link at its address', async ({
    world: { look, atApi, ledger, removed },
  }) => {
    const newer = { ...poster, requestId: 'p-2', version: 1 };
    ledger.links.set(key, newer);
    atApi(now + 20 * day);
    await look(poster);
    expect(ledger.links.get(key)).toEqual(newer);
    await look({ ...poster, renewTtl: false });
    expect(removed).toEqual([]);
  });

  it('waits for the record of another create that has made a link at its address', async ({
    world: { look, atApi, api, ledger, outcomes },
  }) => {
    const kept = { ...poster, keepUntil: now + 400 * day };
    atApi(now + 2 * day, { pid: 'another' });
    expect(await look(kept)).toEqual(['try-again']);
    const newer = { ...poster, requestId: 'p-2', version: 1 };
    ledger.links.set(key, newer);
    expect(await look(kept, 60_000, 2)).toEqual(['done']);
    expect(ledger.links.get(key)).toEqual(newer);
    expect(outcomes).toMatchObject([{ outcome: 'expired', requestId: 'p-1' }]);
    // The worker does not renew that link either, because the ledger's record answers.
    expect(api.calls).toEqual(['read']);
  });

  it('stays live if another system has changed it and no other create appears', async ({
    world: { look, atApi, ledger, outcomes },
  }) => {
    atApi(now + 20 * day, { pid: 'by hand' });
    expect(await look(poster, 60_000, 7)).toEqual(['try-again']);
    expect(await look(poster, 60_000, 8)).toEqual(['done']);
    expect(ledger.links.get(key)).toMatchObject({ requestId: 'p-1', expiresAt: now + 20 * day });
    expect(outcomes).toMatchObject([{ outcome: 'renewed' }]);
  });

  it.each([
    ['renews itself', true],
    // The update may have extended the link's life without the ledger's knowledge.
    ['did not', false],
  ])('keeps the lease of an unverified update, for a link that %s', async (_, renewTtl) => {
    const { look, atApi, ledger } = givenWorld();
    const intended = {
      dataDigest: dataDigest(secret, { pid: 'new' }),
      ttlSeconds: day,
      renewTtl: true,
      expiresAt: now,
    };
    const lease = {
      action: 'update',
      requestId: 'u-2',
      requestedAt: '2026-05-31T23:00:00Z',
      until: now - 1,
      intended,
    } as const;
    atApi(now + day, { pid: 'new' });
    await look({ ...poster, renewTtl, lease });
    expect(ledger.links.get(key)).toMatchObject({ requestId: 'p-1', lease, expiresAt: now + day });
  });

  it('ends as `expired` if its address has a link from the user interface', async ({
    world: { look, api, outcomes },
  }) => {
    api.links.set(key, { data, expiresAt: now + 20 * day, foreign: true });
    expect(await look(poster)).toEqual(['done']);
    expect(outcomes).toMatchObject([{ outcome: 'expired' }]);
  });

  it('needs no action if it was deleted long ago', async ({ world: { look, api, outcomes } }) => {
    expect(await look({ ...poster, state: 'deleted' })).toEqual(['done']);
    expect([api.calls, outcomes]).toEqual([[], []]);
  });

  it('keeps its image if the configuration requires it', async () => {
    const { look, removed } = givenWorld({ KEEP_QR_IMAGES: 'true' });
    await look({ ...poster, renewTtl: false });
    expect(removed).toEqual([]);
  });

  it('waits while the API does not answer or refuses the account, and if no time is left', async ({
    world: { look, api, outcomes },
  }) => {
    api.spoil('read', { kind: 'status', status: 503 }, { kind: 'status', status: 401 });
    expect(await look(poster)).toEqual(['try-again']);
    expect(await look(poster)).toEqual(['account-blocked']);
    expect(await look(poster, 14_000)).toEqual(['out-of-time']);
    expect(outcomes).toEqual([]);
  });

  it('returns a message that is not a link record, which ends as a dead letter', async ({ world: { look } }) => {
    expect(await look('unknown')).toEqual(['try-again']);
  });
});

describe('a kept link', () => {
  const kept: LinkRecord = { ...poster, keepUntil: now + 400 * day, expiresAt: now + 6 * day };

  it('is checked a week before it expires', () => {
    expect(wakeAt(kept)).toBe(kept.expiresAt - 7 * day);
    expect(wakeAt({ ...kept, keepUntil: kept.expiresAt - 1 })).toBe(kept.expiresAt);
  });

  it('is not checked again at once after a renewal, however short its TTL', () => {
    const short = { ...kept, ttlSeconds: 600, expiresAt: now + 600 };
    expect(wakeAt(short)).toBe(now + 300);
  });

  it('is renewed with its own data for another TTL', async ({ world: { look, api, atApi, outcomes, ledger } }) => {
    atApi(kept.expiresAt);
    await look(kept);
    expect(api.calls).toEqual(['read', 'update']);
    expect(api.links.get(key)?.data).toEqual({ pid: 'print', n: '7' });
    expect(ledger.links.get(key)).toEqual({ ...kept, expiresAt: now + 31 * day });
    expect(outcomes).toMatchObject([{ outcome: 'renewed', link: { expiresAt: '2026-07-02T00:00:00Z', version: 2 } }]);
  });

  it('needs no renewal yet if it was clicked', async ({ world: { look, api, atApi, ledger } }) => {
    atApi(now + 25 * day);
    await look(kept);
    expect(api.calls).toEqual(['read']);
    expect(ledger.links.get(key)).toMatchObject({ expiresAt: now + 25 * day });
  });

  it('is kept even if clicks do not renew it', async ({ world: { look, api, atApi } }) => {
    atApi(kept.expiresAt);
    await look({ ...kept, renewTtl: false });
    expect(api.calls).toEqual(['read', 'update']);
  });

  it('is done after its renewal, even if the call and the next renewal cannot be counted', async () => {
    // Given
    const world = givenWorld();
    world.atApi(now + 3 * day);
    world.control.failNext.add('addSpent').add('addRenewals');
    // When
    const dispositions = await world.look({ ...poster, expiresAt: now + 3 * day, keepUntil: now + 100 * day });
    // Then
    expect(dispositions).toEqual(['done']);
    expect(world.outcomes.map(({ outcome }) => outcome)).toEqual(['renewed']);
    expect(world.control.failNext.size).toBe(0);
  });

  it('ends as `expiring-soon` without quota, and is checked again the next day', async ({
    world: { look, api, atApi, outcomes, ledger, control },
  }) => {
    control.setRecord(now * 1000, {
      lanes: { expiry: { state: 'parking', reason: 'quota-reserve-reached', since: 1 } },
    });
    atApi(kept.expiresAt);
    await look(kept);
    expect(api.calls).toEqual(['read']);
    expect(outcomes).toMatchObject([{ outcome: 'expiring-soon', reason: 'quota-reserve-reached' }]);
    const held = ledger.links.get(key) ?? expect.fail('no record');
    expect(wakeAt(held)).toBe(now + day);
    expect(held.expiresAt).toBe(kept.expiresAt);
  });

  it('ends as `expiring-soon` if the API refuses the renewal', async ({ world: { look, api, atApi, outcomes } }) => {
    atApi(kept.expiresAt);
    api.spoil('update', { kind: 'status', status: 400, errorType: 'invalid_parameter' });
    await look(kept);
    expect(outcomes).toMatchObject([{ outcome: 'expiring-soon', reason: 'refused-by-api' }]);
  });

  it('is verified by the next check after a lost renewal, without a second PUT', async ({
    world: { look, api, atApi, outcomes },
  }) => {
    atApi(kept.expiresAt);
    api.spoil('update', { kind: 'reset-after' });
    expect(await look(kept)).toEqual(['try-again']);
    expect(await look(kept)).toEqual(['done']);
    expect(api.calls).toEqual(['read', 'update', 'read']);
    expect(outcomes).toMatchObject([{ outcome: 'renewed' }]);
  });
});

describe('a link with a marked record', () => {
  const marked: LinkRecord = { ...poster, expiryCheck: { token: 'removal-1', lostAt: now + 15 * day } };
  const lease = { action: 'update', requestId: 'u-2', requestedAt: '2026-05-31T23:59:00Z' } as const;
  const given = (record: LinkRecord = marked) => {
    const world = givenWorld();
    world.ledger.links.set(key, structuredClone(record));
    return world;
  };

  it('gets its true expiry and loses the mark if it is live', async () => {
    const { look, atApi, ledger, outcomes } = given();
    atApi(now + 20 * day);
    expect(await look(poster)).toEqual(['done']);
    expect(ledger.links.get(key)).toEqual({ ...poster, expiresAt: now + 20 * day });
    expect(outcomes).toMatchObject([{ outcome: 'renewed' }]);
  });

  it('loses its record after its `expired` outcome', async () => {
    const { look, ledger, outcomes, history, removed, failing } = given();
    failing.add('publish');
    expect(await look(poster)).toEqual(['try-again']);
    expect(ledger.links.get(key)).toEqual(marked);
    expect(await look(poster)).toEqual(['done']);
    expect(ledger.links.size).toBe(0);
    expect(outcomes).toMatchObject([{ outcome: 'expired' }]);
    expect([history.length, removed]).toEqual([2, ['poster', 'poster']]);
  });

  it('has the same outcome and no record after a repeated delivery of its end', async () => {
    const { look, ledger, outcomes } = given();
    await look(poster);
    await look(poster);
    expect(ledger.links.size).toBe(0);
    expect(outcomes).toHaveLength(2);
    expect(new Set(outcomes.map(({ outcomeId }) => outcomeId)).size).toBe(1);
  });

  it.each<[string, LinkRecord]>([
    ['a command has changed', { ...poster, version: 3, expiresAt: now + 31 * day }],
    ['its owner has deleted', { ...poster, state: 'deleted', version: 3 }],
    ['a later removal has marked', { ...marked, expiryCheck: { token: 'removal-2', lostAt: now + 15 * day } }],
  ])('is unchanged if %s it since', async (_, record) => {
    const { look, api, atApi, ledger, outcomes } = given(record);
    atApi(now + 31 * day);
    expect(await look(poster)).toEqual(['done']);
    expect([api.calls, outcomes]).toEqual([[], []]);
    expect(ledger.links.get(key)).toEqual(record);
  });

  it('waits while a change is under way', async () => {
    const { look, api, ledger } = given({ ...marked, lease: { ...lease, until: now } });
    expect(await look(poster)).toEqual(['try-again']);
    expect(api.calls).toEqual([]);
    expect(ledger.links.get(key)).toMatchObject({ expiryCheck: { token: 'removal-1' } });
  });

  it('keeps a command’s write between the GET and its result, and is checked again', async () => {
    const { look, api, atApi, ledger, outcomes } = given();
    atApi(now + 20 * day);
    const changed = { ...poster, version: 3, expiresAt: now + 31 * day };
    api.afterCalls(1, () => void ledger.links.set(key, changed));
    expect(await look(poster)).toEqual(['try-again']);
    expect(ledger.links.get(key)).toEqual(changed);
    expect(await look(poster)).toEqual(['done']);
    expect(outcomes).toEqual([]);
  });

  it('gets its outcome from the next delivery after a crash between record and outcome', async () => {
    const { look, api, atApi, outcomes, failing } = given();
    atApi(now + 20 * day);
    failing.add('publish');
    expect(await look(poster)).toEqual(['try-again']);
    expect(await look(poster)).toEqual(['done']);
    expect(api.calls).toEqual(['read']);
    expect(outcomes).toMatchObject([{ outcome: 'renewed', link: { expiresAt: '2026-06-21T00:00:00Z' } }]);
  });

  it('ends as `expired` without a call if a later create has its address', async () => {
    const newer = { ...poster, source: 'crm', requestId: 'p-2', version: 3 };
    const { look, api, atApi, ledger, outcomes, history, removed } = given(newer);
    atApi(now + 31 * day);
    expect(await look(poster)).toEqual(['done']);
    expect(api.calls).toEqual([]);
    expect(outcomes).toMatchObject([{ outcome: 'expired', source: 'studio', requestId: 'p-1' }]);
    expect([history.length, removed]).toEqual([1, []]);
    expect(ledger.links.get(key)).toEqual(newer);
  });

  describe('that is kept', () => {
    const kept: LinkRecord = { ...marked, keepUntil: now + 400 * day, expiresAt: now + 6 * day };

    it('is leased during its renewal, so no update comes between its data and the PUT', async () => {
      const { look, api, atApi, ledger } = given(kept);
      atApi(kept.expiresAt);
      let held: LinkRecord | undefined;
      api.afterCalls(2, () => {
        held = structuredClone(ledger.links.get(key));
      });
      await look(kept);
      expect(held?.lease).toMatchObject({ action: 'update', requestId: 'u-1', until: now + 90 });
      const { expiryCheck: _, ...plain } = kept;
      expect(ledger.links.get(key)).toEqual({ ...plain, expiresAt: now + 31 * day });
    });

    it('is not renewed if a change has taken its lease first', async () => {
      const { look, api, atApi, ledger } = given(kept);
      atApi(kept.expiresAt);
      api.afterCalls(1, () => void ledger.leaseLink(kept.address, { ...lease, until: now + 90 }, 2, now));
      expect(await look(kept)).toEqual(['try-again']);
      expect(api.calls).toEqual(['read']);
    });

    it('keeps the lease of a crashed change', async () => {
      const left = { ...lease, until: now - 1 };
      const { look, api, atApi, ledger } = given({ ...kept, lease: left });
      atApi(kept.expiresAt);
      expect(await look(kept)).toEqual(['done']);
      expect(api.calls).toEqual(['read', 'update']);
      expect(ledger.links.get(key)).toMatchObject({ lease: left, expiresAt: now + 31 * day });
    });

    it('loses its lease if the API does not accept the renewal now', async () => {
      const { look, api, atApi, ledger } = given(kept);
      atApi(kept.expiresAt);
      api.spoil('update', { kind: 'status', status: 409 });
      expect(await look(kept)).toEqual(['try-again']);
      expect(ledger.links.get(key)).toEqual(kept);
    });

    it('waits a day without quota, and without the mark', async () => {
      const { look, atApi, ledger, control } = given(kept);
      control.setRecord(now * 1000, {
        lanes: { expiry: { state: 'parking', reason: 'quota-reserve-reached', since: 1 } },
      });
      atApi(kept.expiresAt);
      expect(await look(kept)).toEqual(['done']);
      expect(ledger.links.get(key)).not.toHaveProperty('expiryCheck');
      expect(ledger.links.get(key)).toMatchObject({ lookAgainAt: now + day });
    });
  });
});
