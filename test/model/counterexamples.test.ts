import { test as base, describe, expect } from 'vitest';
import { dataDigest } from '../../lambdas/domain/link/digest.ts';
import { givenLinkAt } from '../world/given-ledger.ts';
import { create, LinkWorld, linkIdSecret } from '../world/link-world.ts';

const it = base.extend('world', () => new LinkWorld());

/** What random interleavings have once broken, each as the shortest story that did. */

const poster = { ...create, shortlinkId: 'poster', requestId: 'made', data: { pid: 'sms', c: 'first' } };
const { data: _, ...withoutData } = poster;
const remove = { ...withoutData, requestId: 'removed', action: 'delete', requestedAt: '2026-03-01T10:00:01Z' };
const again = { ...poster, requestId: 'again', data: { pid: 'sms', c: 'second' }, requestedAt: '2026-03-01T10:00:02Z' };

describe('a create at the address of a deleted link', () => {
  it('adopts its own link when the answer to its POST was lost', async ({ world }) => {
    await world.deliver({ body: remove });
    world.api.spoil('create', { kind: 'reset-after' });
    await world.deliver({ body: again, messageId: 'm-2' });
    expect(world.told).toEqual(['deleted', 'created']);
    expect(world.ledger.links.get('A1b3/poster')).toMatchObject({ state: 'live', requestId: 'again' });
  });

  it('adopts its own link when it died between its POST and the link record', async ({ world }) => {
    await world.deliver({ body: remove });
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: again, messageId: 'm-2' });
    await world.deliver({ body: again, messageId: 'm-2', receiveCount: 2 });
    expect(world.told).toEqual(['deleted', 'created']);
    expect(world.api.quotaCalls).toBe(1);
  });

  it('leaves alone what another has made there, when it is itself too late', async ({ world }) => {
    await world.deliver({ body: remove });
    // Another producer's create has sent its POST, and its record is still to come.
    world.api.links.set('A1b3/poster', { data: { pid: 'studio' }, expiresAt: 1_780_000_000 });
    await world.deliver({ body: poster, messageId: 'm-2' });
    expect(world.told).toEqual(['deleted', 'superseded']);
    expect(world.api.links.get('A1b3/poster')?.data).toEqual({ pid: 'studio' });
  });
});

describe('a create at the address of an expired link', () => {
  it('adopts its own link when the answer to its POST was lost', async ({ world }) => {
    await world.deliver({ body: { ...poster, ttl: '10m' } });
    world.now += 3 * 86_400_000;
    world.api.links.clear();
    world.api.spoil('create', { kind: 'reset-after' });
    await world.deliver({ body: again, messageId: 'm-2' });
    expect(world.told).toEqual(['created', 'created']);
    expect(world.ledger.links.get('A1b3/poster')).toMatchObject({ requestId: 'again', version: 2 });
  });
});

/** The record of an earlier link at the same address, with an image. */
const earlier = givenLinkAt('poster', {
  source: 'studio',
  requestId: 'earlier',
  pid: 'print',
  dataDigest: dataDigest(linkIdSecret, { pid: 'print' }),
  version: 3,
  applied: { requestedAt: '2026-02-01T10:00:00Z', requestId: 'earlier' },
  qrKey: 'qr/A1b3/poster.png',
  expiresAt: 1_780_000_000,
});

describe('a create whose address the expiry worker gives back to an earlier link in that instant', () => {
  const putBack = (world: LinkWorld) => void world.ledger.links.set('A1b3/poster', structuredClone(earlier));

  it('wins, since its POST has made the link: the address was free', async ({ world }) => {
    world.api.afterCalls(2, () => putBack(world));
    await world.deliver({ body: poster });
    expect(world.told).toEqual(['created']);
    const record = world.ledger.links.get('A1b3/poster');
    expect(record).toMatchObject({ source: 'crm', requestId: 'made', version: 4 });
    // The earlier link's image is not this one's.
    expect(record).not.toHaveProperty('qrKey');
    expect(world.imagesRemoved).toEqual(['poster']);
  });

  it('wins although it died before its record, since the API holds what it asked for and not what the record says', async ({
    world,
  }) => {
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: poster });
    putBack(world);
    await world.deliver({ body: poster, receiveCount: 2 });
    expect(world.told).toEqual(['created']);
    expect(world.api.quotaCalls).toBe(1);
    expect(world.ledger.links.get('A1b3/poster')).toMatchObject({ requestId: 'made', version: 4 });
  });

  it('does not take a link that is the earlier one’s after all', async ({ world }) => {
    putBack(world);
    world.api.links.set('A1b3/poster', { data: poster.data, expiresAt: 1_780_000_000 });
    // An update of the earlier link has just given it this very data.
    const intended = {
      dataDigest: dataDigest(linkIdSecret, poster.data),
      ttlSeconds: 60,
      renewTtl: true,
      expiresAt: 0,
    };
    const lease = {
      action: 'update',
      requestId: 'u',
      requestedAt: '2026-03-01T10:00:00Z',
      until: 0,
      intended,
    } as const;
    world.ledger.links.set('A1b3/poster', { ...earlier, lease });
    await world.deliver({ body: poster, receiveCount: 2 });
    expect(world.told).toEqual(['conflict']);
  });
});

describe('a create at the address of a link that is dead, but not yet removed by the API', () => {
  const dead = (world: LinkWorld, expiresAt = world.now / 1000 - 3_600) =>
    void world.api.links.set('A1b3/poster', { data: poster.data, expiresAt });

  it('is a conflict until the API removes it, even if its data is the same', async ({ world }) => {
    dead(world);
    await world.deliver({ body: poster });
    expect(world.outcomes).toMatchObject([{ outcome: 'conflict', reason: 'expired-link-remains' }]);
    expect(world.ledger.links.size).toBe(0);
    expect(world.api.quotaCalls).toBe(0);
  });

  it('goes elsewhere where the lane says so', async () => {
    const world = new LinkWorld({ CONFLICT_POLICY: 'derive' });
    dead(world);
    await world.deliver({ body: poster });
    expect(world.told).toEqual(['created']);
    expect(world.ledger.links.has('A1b3/poster')).toBe(false);
  });

  it('is told created with the true expiry when it was its own, made before it died', async ({ world }) => {
    dead(world, Date.parse('2026-03-01T09:30:00Z') / 1000);
    await world.deliver({ body: poster, receiveCount: 2 });
    expect(world.outcomes).toMatchObject([{ outcome: 'created', link: { expiresAt: '2026-03-01T09:30:00Z' } }]);
  });
});

describe('a create at an address whose earlier link has an image', () => {
  it('takes the image away with the earlier record, whether that link expired or its record is gone already', async () => {
    for (const record of [{ ...earlier, expiresAt: 1_700_000_000 }, undefined]) {
      const world = new LinkWorld();
      if (record !== undefined) world.ledger.links.set('A1b3/poster', record);
      await world.deliver({ body: poster });
      expect(world.told).toEqual(['created']);
      expect(world.imagesRemoved).toEqual(['poster']);
      expect(world.ledger.links.get('A1b3/poster')).not.toHaveProperty('qrKey');
    }
  });
});

describe('two copies of one request, carried out at once', () => {
  it('are told the same, in the words of the one that was first to its record', async ({ world }) => {
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

describe('a change that comes back after its validUntil', () => {
  const change = { ...again, action: 'update', validUntil: '2026-03-01T10:01:00Z' };

  it('is told updated when it was carried out in time', async ({ world }) => {
    await world.deliver({ body: poster });
    world.ledger.failNext.add('replaceLink');
    await world.deliver({ body: change, messageId: 'm-2' });
    world.now += 600_000;
    await world.deliver({ body: change, messageId: 'm-2', receiveCount: 2 });
    expect(world.told).toEqual(['created', 'updated']);
    expect(world.ledger.links.get('A1b3/poster')).toMatchObject({ version: 2, campaign: 'second' });
  });

  it('gives its lease back when it was not carried out, and costs nothing', async ({ world }) => {
    await world.deliver({ body: poster });
    world.api.spoil('update', { kind: 'status', status: 503 });
    await world.deliver({ body: change, messageId: 'm-2' });
    world.now += 600_000;
    const before = world.api.quotaCalls;
    await world.deliver({ body: change, messageId: 'm-2', receiveCount: 2 });
    expect(world.told).toEqual(['created', 'stale']);
    expect(world.api.quotaCalls).toBe(before);
    expect(world.ledger.links.get('A1b3/poster')).not.toHaveProperty('lease');
  });
});

describe('a delete of a link that nobody knows', () => {
  it('is not taken for another source’s create under the same requestId', async ({ world }) => {
    // The other's create is recorded between this delete's look and its own record.
    world.api.afterCalls(1, () => {
      const applied = { requestedAt: remove.requestedAt, requestId: remove.requestId };
      const others = givenLinkAt('poster', { source: 'studio', requestId: remove.requestId, applied });
      world.ledger.links.set('A1b3/poster', others);
    });
    expect(await world.deliver({ body: remove })).toEqual(['try-again']);
    expect(world.told).toEqual([]);
  });
});

describe('a create that takes a derived ID where the chosen one is taken', () => {
  it('finds the link that it made there, although the chosen one has become free', async () => {
    const world = new LinkWorld({ CONFLICT_POLICY: 'derive' });
    world.api.links.set('A1b3/poster', { data: { pid: 'studio' }, expiresAt: 1_780_000_000 });
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: again });
    world.api.links.delete('A1b3/poster');
    await world.deliver({ body: again, receiveCount: 2 });
    expect(world.told).toEqual(['created']);
    expect(world.api.links.size).toBe(1);
    expect(world.api.quotaCalls).toBe(1);
  });
});

describe('two copies of one change, carried out at once', () => {
  it('do not hold one lease: the second waits, and sends nothing', async ({ world }) => {
    await world.deliver({ body: poster });
    const change = { ...again, action: 'update' };
    const lease = { action: 'update', requestId: 'again', requestedAt: again.requestedAt } as const;
    const record = world.ledger.links.get('A1b3/poster');
    if (record !== undefined) record.lease = { ...lease, until: Math.floor(world.now / 1000) + 60 };
    const before = world.api.calls.length;
    expect(await world.deliver({ body: change, messageId: 'm-2', receiveCount: 2 })).toEqual(['try-again']);
    expect(world.api.calls).toHaveLength(before);
  });
});

describe('a change whose worker died', () => {
  it('is found out before its lease is taken over, by whoever does', async ({ world }) => {
    await world.deliver({ body: poster });
    world.ledger.failNext.add('replaceLink');
    await world.deliver({ body: { ...again, action: 'update' }, messageId: 'm-2' });
    world.now += 600_000;
    // The next change looks, and dies as well: what the first one meant to do is still there to be read.
    world.ledger.failNext.add('replaceLink');
    const next = { ...remove, requestedAt: '2026-03-01T10:00:03Z' };
    await world.deliver({ body: next, messageId: 'm-3', receiveCount: 2 });
    expect(world.ledger.links.get('A1b3/poster')?.lease?.requestId).toBe('again');
  });
});

describe('an update that ends a link’s renewals, and keeps its end', () => {
  it('asks the API for the end, which clicks may have moved', async ({ world }) => {
    await world.deliver({ body: poster });
    world.now += 10 * 86_400_000;
    // Clicked, and nobody heard of it: the API knows another end than the ledger.
    world.api.click('A1b3/poster');
    const end = Math.floor(world.now / 1000) + 31 * 86_400;
    world.api.spoil('read', { kind: 'status', status: 503 });
    await world.deliver({ body: { ...again, action: 'update', renewTtl: false }, messageId: 'm-2' });
    world.now += 600_000;
    await world.deliver({ body: { ...again, action: 'update', renewTtl: false }, messageId: 'm-2', receiveCount: 2 });
    expect(world.told).toEqual(['created', 'updated']);
    expect(world.ledger.links.get('A1b3/poster')?.expiresAt).toBe(end);
    expect(world.api.calls.filter((call) => call === 'update')).toHaveLength(1);
  });
});

describe('an update that shortened its link’s life, and was lost until that was over', () => {
  it.each([
    ['removed by the API', { outcome: 'rejected', reason: 'link-expired' }],
    ['still shown by it', { outcome: 'updated', link: { expiresAt: '2026-03-01T10:10:05Z' } }],
  ])('leaves no record that calls the link live: it is %s', async (how, told) => {
    const world = new LinkWorld();
    await world.deliver({ body: poster });
    world.ledger.failNext.add('replaceLink');
    const shorten = { ...again, action: 'update', ttl: '10m' };
    await world.deliver({ body: shorten, messageId: 'm-2' });
    world.now += 3_600_000;
    if (how === 'removed by the API') world.api.links.clear();
    await world.deliver({ body: shorten, messageId: 'm-2', receiveCount: 2 });
    await world.deliver({ body: shorten, messageId: 'm-2', receiveCount: 3 });
    const record = world.ledger.links.get('A1b3/poster');
    expect(record?.expiresAt).toBeLessThanOrEqual(world.now / 1000);
    expect(record).not.toHaveProperty('lease');
    expect(world.outcomes[1]).toMatchObject(told);
    expect(world.api.quotaCalls).toBe(2);
  });

  it('is found to be over, too, where somebody has made a link in the user interface since', async ({ world }) => {
    await world.deliver({ body: poster });
    world.ledger.failNext.add('replaceLink');
    const change = { ...again, action: 'update' };
    await world.deliver({ body: change, messageId: 'm-2' });
    world.now += 600_000;
    world.api.links.set('A1b3/poster', { data: poster.data, expiresAt: 1_780_000_000, foreign: true });
    await world.deliver({ body: change, messageId: 'm-2', receiveCount: 2 });
    await world.deliver({ body: change, messageId: 'm-2', receiveCount: 3 });
    expect(world.outcomes[1]).toMatchObject({ outcome: 'rejected', reason: 'link-expired' });
    expect(world.api.quotaCalls).toBe(2);
  });

  it('is over in the ledger when the next PUT finds no link', async ({ world }) => {
    await world.deliver({ body: poster });
    world.api.links.clear();
    await world.deliver({ body: { ...again, action: 'update' }, messageId: 'm-2' });
    expect(world.outcomes[1]).toMatchObject({ outcome: 'rejected', reason: 'link-not-found' });
    expect(world.ledger.links.get('A1b3/poster')?.expiresAt).toBeLessThanOrEqual(world.now / 1000);
  });
});

describe('a change of an expired link', () => {
  it('keeps off what another producer has made at its address', async ({ world }) => {
    await world.deliver({ body: { ...poster, ttl: '10m' } });
    world.now += 3 * 86_400_000;
    // The other's create has sent its POST, and its record is still to come.
    world.api.links.set('A1b3/poster', { data: { pid: 'studio' }, expiresAt: world.now / 1000 + 86_400 });
    expect(await world.deliver({ body: remove, messageId: 'm-2' })).toEqual(['try-again']);
    expect(world.api.links.get('A1b3/poster')?.data).toEqual({ pid: 'studio' });
  });
});

describe('a copy of a create', () => {
  it('that adopts its link after an update, of which no record is left, writes down what is there', async ({
    world,
  }) => {
    const { shortlinkId: __, ...derived } = poster;
    world.ledger.failNext.add('rememberRequest');
    await world.deliver({ body: derived });
    const [key = ''] = world.ledger.links.keys();
    world.api.links.set(key, { data: { pid: 'mail', c: 'second' }, expiresAt: 1_780_000_000 });
    world.ledger.links.clear();
    await world.deliver({ body: derived, receiveCount: 2 });
    expect(world.ledger.links.get(key)).toMatchObject({
      pid: 'mail',
      campaign: 'second',
      dataDigest: dataDigest(linkIdSecret, { pid: 'mail', c: 'second' }),
    });
  });

  it('that brought the link back after its delete, and died, takes it away when it comes again', async ({ world }) => {
    await world.deliver({ body: poster });
    await world.deliver({ body: remove, messageId: 'm-2' });
    // The copy's POST took effect, and nothing else of it.
    world.api.links.set('A1b3/poster', { data: poster.data, expiresAt: 1_780_000_000 });
    await world.deliver({ body: poster, messageId: 'm-3', receiveCount: 2 });
    expect(world.told).toEqual(['created', 'deleted', 'created*']);
    expect(world.api.links.size).toBe(0);
  });
});

describe('copies of a create that see it differently', () => {
  const inTime = { ...poster, validUntil: '2026-03-01T10:01:00Z' };

  it('do not call it stale where one of them has made the link in time', async ({ world }) => {
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: inTime });
    world.now += 600_000;
    // A copy comes as a first delivery.
    await world.deliver({ body: inTime, messageId: 'm-2' });
    expect(world.told).toEqual(['created']);
    expect(world.api.quotaCalls).toBe(1);
  });

  it.each([
    ['stale', 'valid-until-passed'],
    ['conflict', 'shortlink-id-taken'],
  ] as const)('take back what one has made when another was told %s before', async (outcome, reason) => {
    const world = new LinkWorld();
    const other = new LinkWorld();
    await other.deliver({ body: poster, messageId: 'm-2' });
    const word = other.ledger.answered.get('crm/made') ?? expect.fail('no answer');
    // The other copy ends between this one's POST and its request record.
    world.api.afterCalls(2, () => {
      world.ledger.answered.set('crm/made', { ...word, outcome: { ...word.outcome, outcome, reason } });
    });
    await world.deliver({ body: poster });
    expect(world.told).toEqual([`${outcome}*`]);
    expect(world.api.links.size).toBe(0);
    expect(world.ledger.links.get('A1b3/poster')).toMatchObject({ state: 'deleted', version: 2 });
  });

  it('take back what one has made when it dies first, and comes again', async ({ world }) => {
    world.ledger.failNext.add('rememberRequest');
    await world.deliver({ body: poster });
    const other = new LinkWorld();
    await other.deliver({ body: { ...poster, validUntil: '2026-03-01T10:00:04Z' } });
    const word = other.ledger.answered.get('crm/made') ?? expect.fail('no answer');
    world.ledger.answered.set('crm/made', word);
    await world.deliver({ body: poster, messageId: 'm-3', receiveCount: 2 });
    expect(world.told).toEqual(['stale*']);
    expect(world.api.links.size).toBe(0);
  });

  it('end with one link where one took the chosen ID and one, which found it taken, the derived one', async () => {
    const world = new LinkWorld({ CONFLICT_POLICY: 'derive' });
    const other = new LinkWorld({ CONFLICT_POLICY: 'derive' });
    other.api.links.set('A1b3/poster', { data: { pid: 'studio' }, expiresAt: 1_780_000_000 });
    await other.deliver({ body: poster, messageId: 'm-2' });
    const word = other.ledger.answered.get('crm/made') ?? expect.fail('no answer');
    world.api.afterCalls(2, () => void world.ledger.answered.set('crm/made', word));
    await world.deliver({ body: poster });
    expect(world.told).toEqual(['created*']);
    expect(world.outcomes[0]?.link).toEqual(word.outcome.link);
    expect(world.api.links.size).toBe(0);
  });

  it('leave alone what was changed since, by a producer that knows of it', async ({ world }) => {
    const other = new LinkWorld();
    await other.deliver({ body: poster, messageId: 'm-2' });
    const word = other.ledger.answered.get('crm/made') ?? expect.fail('no answer');
    world.ledger.failNext.add('rememberRequest');
    await world.deliver({ body: poster });
    await world.deliver({ body: { ...again, action: 'update' }, messageId: 'm-4' });
    world.ledger.answered.set('crm/made', { ...word, outcome: { ...word.outcome, outcome: 'conflict' } });
    await world.deliver({ body: poster, receiveCount: 2 });
    expect(world.api.links.size).toBe(1);
  });
});
