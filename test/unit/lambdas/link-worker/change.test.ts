import { beforeEach, describe, expect, it } from 'vitest';
import { chosen, LinkWorld, remove, spring, update } from '../../../world/link-world.ts';

/** Another link, and an update of it. */
const other = { ...chosen, requestId: 'c-2', shortlinkId: 'other' };
const updateOther = { ...update, requestId: 'u-2', shortlinkId: 'other' };

let world: LinkWorld;
beforeEach(async () => {
  world = new LinkWorld();
  await world.deliver({ body: chosen });
  world.api.calls.length = 0;
  world.outcomes.length = 0;
});

describe('an update', () => {
  it('replaces data, TTL and expiry, and raises the version', async () => {
    await world.deliver({ body: { ...update, ttl: '2d' } });
    expect(world.api.calls).toEqual(['update']);
    expect(world.outcomes).toMatchObject([
      { outcome: 'updated', link: { shortlinkId: 'spring', version: 2, expiresAt: '2026-03-03T10:00:05Z' } },
    ]);
    expect(world.ledger.links.get(spring)).toMatchObject({ pid: 'print', campaign: 'summer', ttlSeconds: 172_800 });
  });

  it('without a TTL restarts a renewing link’s TTL, and keeps any other link’s expiry', async () => {
    await world.deliver({ body: { ...other, ttl: '1d', renewTtl: false } });
    world.now += 3_600_000;
    await world.deliver({ body: update }, { body: updateOther });
    expect(world.ledger.links.get(spring)?.expiresAt).toBe(Date.parse('2026-04-01T11:00:05Z') / 1000);
    expect(world.ledger.links.get('A1b3/other')?.expiresAt).toBe(Date.parse('2026-03-02T10:00:05Z') / 1000);
  });

  it('does not change a field that it omits, at the API and in the ledger', async () => {
    await world.deliver({ body: { ...other, ttl: '1d', renewTtl: false, brandDomain: 'go.acme.example' } });
    await world.deliver({ body: updateOther });
    const shortUrl = 'https://go.acme.example/A1b3/other';
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'updated', link: { shortUrl } });
    expect(world.ledger.links.get('A1b3/other')).toMatchObject({ ttlSeconds: 86_400, renewTtl: false, shortUrl });
    expect(world.api.links.get('A1b3/other')).toMatchObject({ ttlSeconds: 86_400, renewTtl: false });
  });

  it('keeps the link’s keepUntil without its own, and sets its own', async () => {
    await world.deliver({ body: { ...update, keepUntil: '2028-01-01T00:00:00Z' } });
    await world.deliver({ body: { ...update, requestId: 'u-2', requestedAt: '2026-03-01T10:00:04Z' } });
    expect(world.ledger.links.get(spring)).toMatchObject({ version: 3, keepUntil: 1_830_297_600 });
  });

  const message = 'requires a TTL of at least 14 days if keepUntil is after the end of the TTL';
  const keepUntil = '2028-01-01T00:00:00Z';

  it.each([
    ['keeps a link whose TTL is short', { ttl: '13d' }, { keepUntil }, 'keepUntil'],
    ['shortens the TTL of a link that is kept', { ttl: '14d', keepUntil }, { ttl: '1d' }, 'ttl'],
  ])('that %s is rejected without a call, because each renewal would cause the next', async (_, first, then, path) => {
    await world.deliver({ body: { ...other, ...first } });
    world.api.calls.length = 0;
    await world.deliver({ body: { ...updateOther, ...then } });
    expect(world.outcomes.at(-1)).toMatchObject({
      outcome: 'rejected',
      reason: 'invalid-command',
      faults: [{ path, rule: 'keep', message }],
    });
    expect(world.api.calls).toEqual([]);
    expect(world.ledger.links.get('A1b3/other')).not.toHaveProperty('lease');
  });

  it('ends the renewals with a keepUntil before the end of its new TTL', async () => {
    await world.deliver({ body: { ...other, ttl: '14d', keepUntil } });
    const soon = '2026-03-01T11:00:00Z';
    await world.deliver({ body: { ...updateOther, ttl: '1d', keepUntil: soon } });
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'updated', link: { expiresAt: '2026-03-02T10:00:05Z' } });
    expect(world.ledger.links.get('A1b3/other')?.keepUntil).toBe(Date.parse(soon) / 1000);
  });

  it('is superseded without a call if a later change was applied', async () => {
    await world.deliver({ body: update });
    await world.deliver({ body: { ...update, requestId: 'u-0', requestedAt: '2026-03-01T10:00:01Z' } });
    expect(world.api.calls).toEqual(['update']);
    expect(world.outcomes[1]).toMatchObject({ outcome: 'superseded', link: { version: 2 } });
  });

  it('of another source’s link is rejected without a call', async () => {
    await world.deliver({ body: { ...update, source: 'studio' } });
    expect(world.api.calls).toEqual([]);
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'not-owner' }]);
  });

  it('of an unknown link waits for its create, and is rejected if none comes', async () => {
    const early = { ...update, shortlinkId: 'later' };
    expect(await world.deliver({ body: early })).toEqual(['try-again']);
    expect(world.api.quotaCalls).toBe(0);
    expect(await world.deliver({ body: early, receiveCount: 7 })).toEqual(['try-again']);
    expect(await world.deliver({ body: early, receiveCount: 8 })).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'link-not-found' }]);
  });

  it.each(['update', 'delete', 'qr'])(
    '%s of a link that was made in another way is rejected at once',
    async (action) => {
      const { data, ...other } = { ...update, shortlinkId: 'by-hand' };
      world.api.links.set('A1b3/by-hand', { data: { pid: 'studio' }, expiresAt: 1_780_000_000, api: 'dashboard' });
      expect(await world.deliver({ body: { ...other, action, ...(action === 'update' && { data }) } })).toEqual([
        'done',
      ]);
      expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'made-elsewhere' }]);
      expect(world.api.quotaCalls).toBe(0);
    },
  );
});

describe.each([
  ['an update', 'update', update, 'updated'],
  ['a delete', 'delete', remove, 'deleted'],
] as const)('%s', (_, operation, body, outcome) => {
  it('is published and not sent again after a crash behind its link record', async () => {
    world.ledger.failNext.add('rememberRequest');
    await world.deliver({ body });
    await world.deliver({ body, receiveCount: 2 });
    expect(world.api.calls).toEqual([operation]);
    expect(world.outcomeKinds).toEqual([outcome]);
  });

  it('is verified with a free GET after a lost answer', async () => {
    world.api.spoil(operation, { kind: 'reset-after' });
    await world.deliver({ body });
    expect(world.api.calls).toEqual([operation, 'read']);
    expect(world.outcomeKinds).toEqual([outcome]);
  });
});

describe('a delete', () => {
  it('removes the link, and leaves a tombstone for the deduplication window', async () => {
    await world.deliver({ body: remove });
    expect(world.api.links.size).toBe(0);
    expect(world.outcomes).toMatchObject([{ outcome: 'deleted', link: { shortlinkId: 'spring', version: 2 } }]);
    expect(world.ledger.links.get(spring)).toMatchObject({
      state: 'deleted',
      expiresAt: Date.parse('2026-05-15T10:00:05Z') / 1000,
    });
  });

  it('is tried again if the API did not apply it', async () => {
    world.api.spoil('delete', { kind: 'status', status: 503 });
    expect(await world.deliver({ body: remove })).toEqual(['try-again']);
  });

  it('prevents a later update', async () => {
    await world.deliver({ body: remove });
    await world.deliver({ body: { ...update, requestedAt: '2026-03-01T10:00:04Z' }, messageId: 'm-2' });
    expect(world.outcomes[1]).toMatchObject({ outcome: 'rejected', reason: 'link-deleted' });
  });
});
