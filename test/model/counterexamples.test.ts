import { describe, expect, it } from 'vitest';
import { create, LinkWorld } from '../world/link-world.ts';

/** What random interleavings have once broken, each as the shortest story that did. */

const poster = { ...create, shortlinkId: 'poster', requestId: 'made', data: { pid: 'sms', c: 'first' } };
const { data: _, ...withoutData } = poster;
const remove = { ...withoutData, requestId: 'removed', action: 'delete', requestedAt: '2026-03-01T10:00:01Z' };
const again = { ...poster, requestId: 'again', data: { pid: 'sms', c: 'second' }, requestedAt: '2026-03-01T10:00:02Z' };

describe('a create at the address of a deleted link', () => {
  it('adopts its own link when the answer to its POST was lost', async () => {
    const world = new LinkWorld();
    await world.deliver({ body: remove });
    world.api.script('create', { meaning: 'ambiguous', applied: true });
    await world.deliver({ body: again, messageId: 'm-2' });
    expect(world.told).toEqual(['deleted', 'created']);
    expect(world.ledger.links.get('A1b3/poster')).toMatchObject({ state: 'live', requestId: 'again' });
  });

  it('adopts its own link when it died between its POST and the link record', async () => {
    const world = new LinkWorld();
    await world.deliver({ body: remove });
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: again, messageId: 'm-2' });
    await world.deliver({ body: again, messageId: 'm-2', receiveCount: 2 });
    expect(world.told).toEqual(['deleted', 'created']);
    expect(world.api.quotaCalls).toBe(1);
  });

  it('leaves alone what another has made there, when it is itself too late', async () => {
    const world = new LinkWorld();
    await world.deliver({ body: remove });
    // Another producer's create has sent its POST, and its record is still to come.
    world.api.links.set('A1b3/poster', { data: { pid: 'studio' }, expiresAt: 1_780_000_000 });
    await world.deliver({ body: poster, messageId: 'm-2' });
    expect(world.told).toEqual(['deleted', 'superseded']);
    expect(world.api.links.get('A1b3/poster')?.data).toEqual({ pid: 'studio' });
  });
});

describe('a create at the address of an expired link', () => {
  it('adopts its own link when the answer to its POST was lost', async () => {
    const world = new LinkWorld();
    await world.deliver({ body: { ...poster, ttl: '10m' } });
    world.now += 3 * 86_400_000;
    world.api.links.clear();
    world.api.script('create', { meaning: 'ambiguous', applied: true });
    await world.deliver({ body: again, messageId: 'm-2' });
    expect(world.told).toEqual(['created', 'created']);
    expect(world.ledger.links.get('A1b3/poster')).toMatchObject({ requestId: 'again', version: 2 });
  });
});

describe('two copies of one request, carried out at once', () => {
  it('are told the same, in the words of the one that was first to its record', async () => {
    const world = new LinkWorld();
    await world.deliver({ body: remove });
    await world.deliver({ body: { ...again, action: 'update' }, messageId: 'm-2' });
    const rejected = world.ledger.answered.get('crm/again');
    const copy = new LinkWorld();
    copy.api.links.set('A1b3/poster', { data: poster.data, expiresAt: 1_780_000_000 });
    // Between this copy's look at the link and its own record, the other copy has finished.
    copy.api.afterCalls(1, () => rejected && copy.ledger.answered.set('crm/again', rejected));
    await copy.deliver({ body: { ...again, action: 'update' }, messageId: 'm-3', receiveCount: 8 });
    expect(rejected?.outcome.reason).toBe('link-deleted');
    expect(copy.outcomes).toEqual([{ ...rejected?.outcome, messageId: 'm-3', repeat: true }]);
  });
});
