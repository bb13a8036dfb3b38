import { test as base, describe, expect } from 'vitest';
import { wakeAt } from '../../../../lambdas/domain/link/ledger-record.ts';
import { day, ExpiryWorld, key, marked, now, poster, posterData } from '../../../world/expiry-world.ts';

const it = base.extend('world', () => new ExpiryWorld({ API_DIALECT: 'v1.0' }));

describe('an expiry check by version 1.0, whose GET reports no expiry', () => {
  it('ends a renewing link if the API has none', async ({ world }) => {
    await world.restored(marked).check(poster);
    expect(world.outcomes).toMatchObject([{ outcome: 'expired' }]);
    expect(world.api.calls).toEqual(['read']);
  });

  it('checks a renewing link again after two days, because it may have expired or not', async ({ world }) => {
    world.restored(marked).atApi(now - 3_600);
    expect(await world.check(poster)).toEqual(['done']);
    const record = world.ledger.links.get(key) ?? expect.fail('no record');
    expect(record).toEqual({ ...poster, checkAgainAt: now + 2 * day });
    expect(wakeAt(record)).toBe(now + 2 * day);
    expect(world.outcomes).toEqual([]);
  });

  it('publishes nothing in a repeat of that check', async ({ world }) => {
    world.restored(marked).atApi(now - 3_600);
    await world.check(poster);
    expect(await world.check(poster, 2)).toEqual(['done']);
    expect(world.outcomes).toEqual([]);
  });

  it('ends a link that cannot renew without a call', async ({ world }) => {
    world.atApi(now + 20 * day);
    await world.check({ ...poster, renewTtl: false });
    expect(world.api.calls).toEqual([]);
    expect(world.outcomes).toMatchObject([{ outcome: 'expired' }]);
  });

  it('renews a kept link by its own count', async ({ world }) => {
    const kept = { ...poster, keepUntil: now + 100 * day };
    world.restored({ ...marked, keepUntil: kept.keepUntil }).atApi(now + 20 * day);
    await world.check(kept);
    expect(world.api.calls).toEqual(['read', 'update']);
    expect(world.outcomes).toMatchObject([{ outcome: 'renewed', link: { expiresAt: '2026-07-02T00:00:00Z' } }]);
    expect(world.api.links.get(key)?.data).toEqual(posterData);
  });
});
