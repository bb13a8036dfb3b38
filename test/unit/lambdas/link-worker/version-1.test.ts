import { test as base, describe, expect } from 'vitest';
import type { LinkWorkerEnvironment } from '../../../../lambdas/link-worker/env.ts';
import { chosen, create, derivedIdOfCreate, LinkWorld, spring, update } from '../../../world/link-world.ts';

const v1: Partial<LinkWorkerEnvironment> = { API_DIALECT: 'v1.0', MAX_TTL_DAYS: 31, QUOTA_FROM: 'own-count' };
const it = base.extend('world', () => new LinkWorld(v1));

const derivedKey = `A1b3/${derivedIdOfCreate}`;
const lost = { kind: 'status', status: 503 } as const;
const lostAfter = { kind: 'error-after', status: 503 } as const;
const unknownRefusal = { kind: 'status', status: 400 } as const;
const created = Date.parse('2026-03-01T10:00:05Z') / 1000;
const day = 86_400;

/** A link of a version 1.0 client outside the pipeline. */
const others = (data: Record<string, string>) => ({ data, expiresAt: created + 31 * day, api: 'v1.0' as const });

describe('a create by version 1.0', () => {
  it('gets the expiry that its TTL makes', async ({ world }) => {
    expect(await world.deliver({ body: { ...create, ttl: '14d' } })).toEqual(['done']);
    expect(world.api.calls).toEqual(['create']);
    expect(world.outcomes).toMatchObject([{ outcome: 'created', link: { expiresAt: '2026-03-15T10:00:05Z' } }]);
    expect(world.api.links.get(derivedKey)).toMatchObject({ ttlSeconds: 14 * day, api: 'v1.0' });
  });

  it('adopts its own link after a lost answer, with the expiry of its call', async ({ world }) => {
    world.api.spoil('create', lostAfter);
    await world.deliver({ body: chosen });
    // The first GET sees that the ID is free, and the second one finds the link.
    expect(world.api.calls).toEqual(['read', 'create', 'read']);
    expect(world.outcomes).toMatchObject([{ outcome: 'created', link: { expiresAt: '2026-04-01T10:00:05Z' } }]);
    expect(world.api.links.size).toBe(1);
  });

  it('sends its POST again if a GET shows that the API did not apply it', async ({ world }) => {
    world.api.spoil('create', lost);
    await world.deliver({ body: create });
    expect(world.api.calls).toEqual(['create', 'read', 'create']);
    expect(world.outcomeKinds).toEqual(['created']);
  });

  it('adopts the link of an earlier delivery that crashed before its record', async ({ world }) => {
    await world.deliver({ body: chosen });
    world.ledger.links.clear();
    world.ledger.answered.clear();
    world.now += 60_000;
    await world.deliver({ body: chosen, receiveCount: 2 });
    expect(world.api.quotaCalls).toBe(1);
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'created', link: { expiresAt: '2026-04-01T10:01:05Z' } });
  });

  it('adopts it in a copy of the message, too, whose claim shows that it was its own', async ({ world }) => {
    await world.deliver({ body: chosen });
    world.ledger.links.clear();
    world.ledger.answered.clear();
    await world.deliver({ body: chosen, messageId: 'm-copy' });
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'created' });
    expect(world.api.quotaCalls).toBe(1);
  });

  it('does not take another client’s link for its own, since it may have expired', async ({ world }) => {
    world.api.links.set(spring, others(chosen.data));
    await world.deliver({ body: chosen });
    expect(world.api.calls).toEqual(['read']);
    expect(world.outcomes).toMatchObject([{ outcome: 'conflict', reason: 'shortlink-id-taken' }]);
  });

  it.each([400, 409] as const)(
    'ends as a conflict if another link takes its ID, which the API refuses with %i',
    async (v1TakenId) => {
      const world = new LinkWorld(v1);
      world.api.control.changeSettings({ v1TakenId });
      world.api.afterCalls(2, () => world.api.links.set(spring, others({ pid: 'rival' })));
      await world.deliver({ body: chosen });
      expect(world.api.calls).toEqual(['read', 'create', 'read']);
      expect(world.outcomes).toMatchObject([{ outcome: 'conflict', reason: 'shortlink-id-taken' }]);
    },
  );

  it('ends as a conflict after a refusal of unknown words, if a GET finds another link', async ({ world }) => {
    world.api.afterCalls(2, () => world.api.links.set(spring, others({ pid: 'rival' })));
    world.api.spoil('create', unknownRefusal);
    await world.deliver({ body: chosen });
    expect(world.outcomes).toMatchObject([{ outcome: 'conflict', reason: 'shortlink-id-taken' }]);
  });

  it('is rejected after a refusal of unknown words, if a GET finds no link', async ({ world }) => {
    world.api.spoil('create', unknownRefusal);
    expect(await world.deliver({ body: chosen })).toEqual(['done']);
    expect(world.api.calls).toEqual(['read', 'create', 'read']);
    expect(world.outcomes).toMatchObject([
      { outcome: 'rejected', reason: 'refused-by-api', faults: [{ rule: 'api-400' }] },
    ]);
  });

  it.each([
    ['a TTL of more than 31 days', { ttl: '32d' }, 'ttl ttl'],
    ['a QR code', { qr: {} }, 'qr no-qr'],
    [
      'a query string of more than 2,048 characters',
      { data: { pid: 'sms', x: '/'.repeat(680) } },
      'data payload-length',
    ],
  ])('is rejected for %s, before it costs a call', async (_, change, fault) => {
    const world = new LinkWorld(v1);
    await world.deliver({ body: { ...create, ...change } });
    expect(world.api.calls).toEqual([]);
    const [outcome] = world.outcomes;
    expect(outcome?.faults?.map(({ path, rule }) => `${path} ${rule}`)).toEqual([fault]);
  });

  it('takes data whose JSON is longer, because only its query string counts', async ({ world }) => {
    const data = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`p${index}`, 'abcd']));
    await world.deliver({ body: { ...create, data: { pid: 'sms', ...data } } });
    expect(world.outcomeKinds).toEqual(['created']);
  });
});

describe('an update by version 1.0', () => {
  it('is proven by its data after a lost answer', async ({ world }) => {
    await world.deliver({ body: chosen });
    world.api.spoil('update', lostAfter);
    await world.deliver({ body: { ...update, ttl: '7d' } });
    expect(world.api.calls).toEqual(['read', 'create', 'update', 'read']);
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'updated', link: { expiresAt: '2026-03-08T10:00:05Z' } });
  });

  it('of the TTL alone is sent again after a lost answer, because no GET shows it', async ({ world }) => {
    await world.deliver({ body: chosen });
    world.api.spoil('update', lostAfter);
    const shorter = { ...update, data: chosen.data, ttl: '7d' };
    expect(await world.deliver({ body: shorter })).toEqual(['try-again']);
    expect(await world.deliver({ body: shorter, receiveCount: 2 })).toEqual(['done']);
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'updated', link: { expiresAt: '2026-03-08T10:00:05Z' } });
    expect(world.api.links.get(spring)).toMatchObject({ ttlSeconds: 7 * day });
  });

  it('that ends the renewal keeps the latest expiry that clicks can have caused', async ({ world }) => {
    await world.deliver({ body: chosen });
    world.now += 10 * day * 1000;
    world.api.click(spring);
    await world.deliver({ body: { ...update, renewTtl: false } });
    expect(world.ledger.links.get(spring)).toMatchObject({ renewTtl: false, expiresAt: created + 41 * day });
  });

  it('is refused for a link that has ended by its record and that clicks cannot extend', async ({ world }) => {
    await world.deliver({ body: { ...chosen, ttl: '1d', renewTtl: false } });
    world.now += 25 * 3_600_000;
    await world.deliver({ body: update });
    expect(world.api.calls).toEqual(['read', 'create', 'read']);
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'rejected', reason: 'link-expired' });
  });

  it('runs for a link that clicks may have kept live', async ({ world }) => {
    await world.deliver({ body: { ...chosen, ttl: '1d' } });
    world.now += 20 * 3_600_000;
    world.api.click(spring);
    world.now += 5 * 3_600_000;
    await world.deliver({ body: update });
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'updated' });
  });
});

describe('a stale control record, where the API reports no quota', () => {
  it('does not stop the worker, and costs no poll', async ({ world }) => {
    world.control.control = undefined;
    await world.deliver({ body: create });
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.api.quotaPolls).toBe(0);
  });
});
