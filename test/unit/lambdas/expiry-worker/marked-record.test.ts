import { test as base, describe, expect } from 'vitest';
import { day, ExpiryWorld, key, lease, marked, now, poster } from '../../../world/expiry-world.ts';

const it = base.extend('world', () => new ExpiryWorld().restored(marked));

describe('a link with a marked record', () => {
  it('gets its true expiry and loses the mark if it is live', async ({ world }) => {
    world.atApi(now + 20 * day);
    expect(await world.check(poster)).toEqual(['done']);
    expect(world.ledger.links.get(key)).toEqual({ ...poster, expiresAt: now + 20 * day });
    expect(world.outcomes).toMatchObject([{ outcome: 'renewed' }]);
  });

  it('loses its record after its `expired` outcome', async ({ world }) => {
    world.failNextPublish = true;
    expect(await world.check(poster)).toEqual(['try-again']);
    expect(world.ledger.links.get(key)).toEqual(marked);
    expect(await world.check(poster)).toEqual(['done']);
    expect(world.ledger.links.size).toBe(0);
    expect(world.outcomes).toMatchObject([{ outcome: 'expired' }]);
    expect([world.history.length, world.removed]).toEqual([2, ['studio/poster', 'studio/poster']]);
  });

  it('has the same outcome and no record after a repeated delivery of its end', async ({ world }) => {
    await world.check(poster);
    await world.check(poster);
    expect(world.ledger.links.size).toBe(0);
    expect(world.outcomes).toHaveLength(2);
    expect(new Set(world.outcomes.map(({ outcomeId }) => outcomeId)).size).toBe(1);
  });

  it('waits while a change is under way', async ({ world }) => {
    world.restored({ ...marked, lease: { ...lease, until: now } });
    expect(await world.check(poster)).toEqual(['try-again']);
    expect(world.api.calls).toEqual([]);
    expect(world.ledger.links.get(key)).toMatchObject({ expiryCheck: { token: 'removal-1' } });
  });

  it('keeps a command’s write between the GET and its result, and is checked again', async ({ world }) => {
    world.atApi(now + 20 * day);
    const changed = { ...poster, version: 3, expiresAt: now + 31 * day };
    world.api.afterCalls(1, () => void world.ledger.links.set(key, changed));
    expect(await world.check(poster)).toEqual(['try-again']);
    expect(world.ledger.links.get(key)).toEqual(changed);
    expect(await world.check(poster)).toEqual(['done']);
    expect(world.outcomes).toEqual([]);
  });

  it('gets its outcome from the next delivery after a crash between record and outcome', async ({ world }) => {
    world.atApi(now + 20 * day);
    world.failNextPublish = true;
    expect(await world.check(poster)).toEqual(['try-again']);
    expect(await world.check(poster)).toEqual(['done']);
    expect(world.api.calls).toEqual(['read']);
    expect(world.outcomes).toMatchObject([{ outcome: 'renewed', link: { expiresAt: '2026-06-21T00:00:00Z' } }]);
  });
});
