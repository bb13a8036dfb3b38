import { test as base, describe, expect } from 'vitest';
import { type LinkRecord, wakeAt } from '../../../../lambdas/domain/link/ledger-record.ts';
import { day, ExpiryWorld, key, lease, marked, now, poster, posterData } from '../../../world/expiry-world.ts';

const expiresAt = now + 6 * day;
const kept: LinkRecord = { ...poster, keepUntil: now + 400 * day, expiresAt };
const keptAndMarked: LinkRecord = { ...marked, keepUntil: now + 400 * day, expiresAt };
const noQuota = { lanes: { expiry: { state: 'parking', reason: 'quota-reserve-reached', since: 1 } } } as const;

/** The API holds the link until the expiry in its record. */
function givenWorld() {
  const world = new ExpiryWorld();
  world.atApi(expiresAt);
  return world;
}
const it = base.extend('world', () => givenWorld());

describe('a kept link', () => {
  it.each<[string, Partial<LinkRecord>, number]>([
    ['a week before it expires', {}, expiresAt - 7 * day],
    ['at its expiry, if it is not kept longer', { keepUntil: expiresAt - 1 }, expiresAt],
    ['not at once after a renewal, however short its TTL', { ttlSeconds: 600, expiresAt: now + 600 }, now + 300],
  ])('is checked %s', (_, change, at) => {
    expect(wakeAt({ ...kept, ...change })).toBe(at);
  });

  it('is renewed with its own data for another TTL', async ({ world }) => {
    await world.check(kept);
    expect(world.api.calls).toEqual(['read', 'update']);
    expect(world.api.links.get(key)?.data).toEqual(posterData);
    expect(world.ledger.links.get(key)).toEqual({ ...kept, expiresAt: now + 31 * day });
    const link = { expiresAt: '2026-07-02T00:00:00Z', version: 2 };
    expect(world.outcomes).toMatchObject([{ outcome: 'renewed', link }]);
  });

  it('needs no renewal yet if it was clicked', async ({ world }) => {
    world.atApi(now + 25 * day);
    await world.check(kept);
    expect(world.api.calls).toEqual(['read']);
    expect(world.ledger.links.get(key)).toMatchObject({ expiresAt: now + 25 * day });
  });

  it('is kept even if clicks do not renew it', async ({ world }) => {
    await world.check({ ...kept, renewTtl: false });
    expect(world.api.calls).toEqual(['read', 'update']);
  });

  it('is done after its renewal, even if the call and the next renewal cannot be counted', async ({ world }) => {
    world.control.failNext.add('addSpent').add('addRenewals');
    expect(await world.check(kept)).toEqual(['done']);
    expect(world.outcomes.map(({ outcome }) => outcome)).toEqual(['renewed']);
    expect(world.control.failNext.size).toBe(0);
  });

  it('ends as `expiring-soon` without quota, and is checked again the next day', async ({ world }) => {
    world.control.setRecord(now * 1000, noQuota);
    await world.check(kept);
    expect(world.api.calls).toEqual(['read']);
    expect(world.outcomes).toMatchObject([{ outcome: 'expiring-soon', reason: 'quota-reserve-reached' }]);
    const held = world.ledger.links.get(key) ?? expect.fail('no record');
    expect(wakeAt(held)).toBe(now + day);
    expect(held.expiresAt).toBe(expiresAt);
  });

  it('ends as `expiring-soon` if the API refuses the renewal', async ({ world }) => {
    world.api.spoil('update', { kind: 'status', status: 400, errorType: 'invalid_parameter' });
    await world.check(kept);
    expect(world.outcomes).toMatchObject([{ outcome: 'expiring-soon', reason: 'refused-by-api' }]);
  });

  it('is verified by the next check after a lost renewal, without a second PUT', async ({ world }) => {
    world.api.spoil('update', { kind: 'reset-after' });
    expect(await world.check(kept)).toEqual(['try-again']);
    expect(await world.check(kept)).toEqual(['done']);
    expect(world.api.calls).toEqual(['read', 'update', 'read']);
    expect(world.outcomes).toMatchObject([{ outcome: 'renewed' }]);
  });
});

describe('a kept link with a marked record', () => {
  it('is leased during its renewal, so no update comes between its data and the PUT', async ({ world }) => {
    world.restored(keptAndMarked);
    let held: LinkRecord | undefined;
    world.api.afterCalls(2, () => {
      held = structuredClone(world.ledger.links.get(key));
    });
    await world.check(keptAndMarked);
    expect(held?.lease).toMatchObject({ action: 'update', requestId: 'u-1', until: now + 90 });
    expect(world.ledger.links.get(key)).toEqual({ ...kept, expiresAt: now + 31 * day });
  });

  it('is not renewed if a change has taken its lease first', async ({ world }) => {
    const { ledger, api } = world.restored(keptAndMarked);
    api.afterCalls(1, () => void ledger.leaseLink(kept.address, { ...lease, until: now + 90 }, 2, now));
    expect(await world.check(keptAndMarked)).toEqual(['try-again']);
    expect(api.calls).toEqual(['read']);
  });

  it('keeps the lease of a crashed change', async ({ world }) => {
    const left = { ...lease, until: now - 1 };
    world.restored({ ...keptAndMarked, lease: left });
    expect(await world.check(keptAndMarked)).toEqual(['done']);
    expect(world.api.calls).toEqual(['read', 'update']);
    expect(world.ledger.links.get(key)).toMatchObject({ lease: left, expiresAt: now + 31 * day });
  });

  it('loses its lease if the API does not accept the renewal now', async ({ world }) => {
    world.restored(keptAndMarked).api.spoil('update', { kind: 'status', status: 409 });
    expect(await world.check(keptAndMarked)).toEqual(['try-again']);
    expect(world.ledger.links.get(key)).toEqual(keptAndMarked);
  });

  it('waits a day without quota, and without the mark', async ({ world }) => {
    world.restored(keptAndMarked).control.setRecord(now * 1000, noQuota);
    expect(await world.check(keptAndMarked)).toEqual(['done']);
    expect(world.ledger.links.get(key)).not.toHaveProperty('expiryCheck');
    expect(world.ledger.links.get(key)).toMatchObject({ checkAgainAt: now + day });
  });
});
