import { test as base, describe, expect } from 'vitest';
import { chosen, create, derivedIdOfCreate, LinkWorld, remove, spring } from '../../../world/link-world.ts';

const it = base.extend('world', () => new LinkWorld());

const ofStudio = {
  ...chosen,
  source: 'studio',
  requestId: 's-1',
  data: { pid: 'print', af_web_dp: 'https://studio.example/' },
  requestedAt: '2026-03-01T10:00:04Z',
};
const messageId = 'm-9';

describe('a create at the address of another source’s ended link', () => {
  it.each([
    ['a chosen ID', chosen, 'spring'],
    ['a derived ID', create, derivedIdOfCreate],
  ])('is a conflict after a delete of %s, without a call of the quota', async (_, made, shortlinkId) => {
    const world = new LinkWorld();
    await world.deliver({ body: made });
    await world.deliver({ body: { ...remove, shortlinkId } });
    const { quotaCalls } = world.api;

    await world.deliver({ body: { ...ofStudio, shortlinkId }, messageId });

    expect(world.outcomes.at(-1)).toMatchObject({
      outcome: 'conflict',
      reason: 'shortlink-id-taken',
      source: 'studio',
    });
    expect(world.api.quotaCalls).toBe(quotaCalls);
    expect(world.api.links.size).toBe(0);
    expect(world.ledger.links.get(`A1b3/${shortlinkId}`)).toMatchObject({ source: 'crm', state: 'deleted' });
  });

  it('gets a derived ID if the command asks for one', async ({ world }) => {
    await world.deliver({ body: chosen });
    await world.deliver({ body: remove });
    await world.deliver({ body: { ...ofStudio, onConflict: 'derive' }, messageId });
    expect(world.outcomeKinds).toEqual(['created', 'deleted', 'created']);
    expect(world.api.links.has(spring)).toBe(false);
  });

  it('is a conflict on a redelivery, too', async ({ world }) => {
    await world.deliver({ body: chosen });
    await world.deliver({ body: remove });
    await world.deliver({ body: ofStudio, messageId, receiveCount: 3 });
    expect(world.outcomeKinds).toEqual(['created', 'deleted', 'conflict']);
  });

  it('is a conflict if the ledger has the claim alone', async ({ world }) => {
    await world.deliver({ body: { ...chosen, ttl: '10m' } });
    world.now += 30 * 86_400_000;
    world.ledger.links.clear();
    world.api.links.clear();
    await world.deliver({ body: ofStudio, messageId });
    expect(world.outcomeKinds).toEqual(['created', 'conflict']);
    expect(world.api.calls).toEqual(['read', 'create', 'read']);
  });

  it('works for the owner', async ({ world }) => {
    await world.deliver({ body: chosen });
    await world.deliver({ body: remove });
    await world.deliver({ body: { ...chosen, requestId: 'r-2', requestedAt: '2026-03-01T10:00:04Z' }, messageId });
    expect(world.outcomeKinds).toEqual(['created', 'deleted', 'created']);
  });

  it('works after a delete of a link that never was', async ({ world }) => {
    await world.deliver({ body: remove });
    await world.deliver({ body: ofStudio, messageId });
    expect(world.outcomeKinds).toEqual(['deleted', 'created']);
  });

  it('works after a create that ended without a link', async ({ world }) => {
    world.api.spoil('create', { kind: 'status', status: 400, errorType: 'invalid_parameter' });
    await world.deliver({ body: chosen });
    await world.deliver({ body: ofStudio, messageId });
    expect(world.outcomeKinds).toEqual(['rejected', 'created']);
  });
});

describe('a create at the address of a link that another source is making', () => {
  it('does not adopt the link, even if it asks for equal data', async ({ world }) => {
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: chosen });
    await world.deliver({ body: { ...ofStudio, data: chosen.data }, messageId });
    await world.deliver({ body: chosen, receiveCount: 2 });
    expect(world.outcomes.map(({ source, outcome }) => `${source} ${outcome}`)).toEqual([
      'studio conflict',
      'crm created',
    ]);
  });

  it('waits while that create may still end without a link', async ({ world }) => {
    const until = Math.floor(world.now / 1000) + 60;
    const claim = { source: 'crm', requestId: 'r-1', token: 'crm', until, expiresAt: until };
    world.ledger.claims.set(spring, claim);
    expect(await world.deliver({ body: ofStudio, messageId })).toEqual(['try-again']);
  });
});

it('a create adopts what it made before the expired record of another source returned', async () => {
  // Given: the TTL has removed crm's record, and studio's worker crashes after its POST.
  const world = new LinkWorld();
  await world.deliver({ body: { ...chosen, ttl: '10m' } });
  const record = world.ledger.links.get(spring);
  world.now += 80 * 86_400_000;
  world.ledger.links.clear();
  world.ledger.claims.clear();
  world.api.links.clear();
  world.ledger.failNext.add('addLink');
  const late = { ...ofStudio, requestedAt: '2026-03-01T10:00:04Z' };
  await world.deliver({ body: late, messageId });
  // When: the intake restores the record, and SQS delivers studio's command again.
  if (record !== undefined) world.ledger.links.set(spring, record);
  await world.deliver({ body: late, messageId, receiveCount: 2 });
  // Then: the link that studio made is in the ledger.
  expect(world.outcomeKinds).toEqual(['created', 'created']);
  expect(world.ledger.links.get(spring)).toMatchObject({ source: 'studio', state: 'live' });
});
