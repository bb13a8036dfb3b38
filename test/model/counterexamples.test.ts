import { test as base, describe, expect } from 'vitest';
import { dataDigest } from '../../lambdas/domain/link/digest.ts';
import { givenLinkAt } from '../world/given-ledger.ts';
import { create, LinkWorld, linkIdSecret } from '../world/link-world.ts';

const it = base.extend('world', () => new LinkWorld());

/** Regressions that random interleavings have found, each as the shortest sequence that shows the fault. */

const poster = { ...create, shortlinkId: 'poster', requestId: 'made', data: { pid: 'sms', c: 'first' } };
const { data: _, ...withoutData } = poster;
const remove = { ...withoutData, requestId: 'removed', action: 'delete', requestedAt: '2026-03-01T10:00:01Z' };
const again = { ...poster, requestId: 'again', data: { pid: 'sms', c: 'second' }, requestedAt: '2026-03-01T10:00:02Z' };

describe('a create at the address of a deleted link', () => {
  it('adopts its own link when the answer to its POST was lost', async ({ world }) => {
    await world.deliver({ body: remove });
    world.api.spoil('create', { kind: 'reset-after' });
    await world.deliver({ body: again, messageId: 'm-2' });
    expect(world.outcomeKinds).toEqual(['deleted', 'created']);
    expect(world.ledger.links.get('A1b3/poster')).toMatchObject({ state: 'live', requestId: 'again' });
  });

  it('adopts its own link when the worker crashed between the POST and the link record', async ({ world }) => {
    await world.deliver({ body: remove });
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: again, messageId: 'm-2' });
    await world.deliver({ body: again, messageId: 'm-2', receiveCount: 2 });
    expect(world.outcomeKinds).toEqual(['deleted', 'created']);
    expect(world.api.quotaCalls).toBe(1);
  });

  it('ends as superseded, and does not touch a link that another producer has made there', async ({ world }) => {
    await world.deliver({ body: remove });
    // Another producer's create has sent its POST, and has not written its record.
    world.api.links.set('A1b3/poster', { data: { pid: 'studio' }, expiresAt: 1_780_000_000 });
    await world.deliver({ body: poster, messageId: 'm-2' });
    expect(world.outcomeKinds).toEqual(['deleted', 'superseded']);
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
    expect(world.outcomeKinds).toEqual(['created', 'created']);
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
  qrKey: 'qr/studio/A1b3/poster.png',
  expiresAt: 1_780_000_000,
});

describe('a create while the expiry intake puts back the record of an earlier link at its address', () => {
  const putBack = (world: LinkWorld) => void world.ledger.links.set('A1b3/poster', structuredClone(earlier));

  it('ends as created, because a successful POST proves that the address was free', async ({ world }) => {
    world.api.afterCalls(2, () => putBack(world));
    await world.deliver({ body: poster });
    expect(world.outcomeKinds).toEqual(['created']);
    const record = world.ledger.links.get('A1b3/poster');
    expect(record).toMatchObject({ source: 'crm', requestId: 'made', version: 4 });
    // The image belongs to the earlier link.
    expect(record).not.toHaveProperty('qrKey');
    expect(world.imagesRemoved).toEqual(['studio/poster']);
  });

  it('ends as created after a crash before its record, because the API holds its data and not those of the record', async ({
    world,
  }) => {
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: poster });
    putBack(world);
    await world.deliver({ body: poster, receiveCount: 2 });
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.api.quotaCalls).toBe(1);
    expect(world.ledger.links.get('A1b3/poster')).toMatchObject({ requestId: 'made', version: 4 });
  });

  it('ends as conflict if an update of the earlier link may have given that link the same data', async ({ world }) => {
    putBack(world);
    world.api.links.set('A1b3/poster', { data: poster.data, expiresAt: 1_780_000_000 });
    // An update of the earlier link intends the same data.
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
    expect(world.outcomeKinds).toEqual(['conflict']);
  });
});

describe('a create at the address of an expired link that the API has not removed', () => {
  const dead = (world: LinkWorld, expiresAt = world.now / 1000 - 3_600) =>
    void world.api.links.set('A1b3/poster', { data: poster.data, expiresAt });

  it('ends as conflict until the API removes the link, even if the data are equal', async ({ world }) => {
    dead(world);
    await world.deliver({ body: poster });
    expect(world.outcomes).toMatchObject([{ outcome: 'conflict', reason: 'expired-link-remains' }]);
    expect(world.ledger.links.size).toBe(0);
    expect(world.api.quotaCalls).toBe(0);
  });

  it('makes a link under a derived ID if the conflict policy is `derive`', async () => {
    const world = new LinkWorld({ CONFLICT_POLICY: 'derive' });
    dead(world);
    await world.deliver({ body: poster });
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.ledger.links.has('A1b3/poster')).toBe(false);
  });

  it('ends as created, with the link’s true expiry, if an earlier delivery made that link', async ({ world }) => {
    dead(world, Date.parse('2026-03-01T09:30:00Z') / 1000);
    await world.deliver({ body: poster, receiveCount: 2 });
    expect(world.outcomes).toMatchObject([{ outcome: 'created', link: { expiresAt: '2026-03-01T09:30:00Z' } }]);
  });
});

describe('a create at an address whose earlier link has an image', () => {
  it.each([
    ['of the record, if its link has expired', { ...earlier, source: 'crm', expiresAt: 1_700_000_000 }, 'crm/poster'],
    ['of its own source, if the record is gone', undefined, 'crm/poster'],
  ])('removes the image %s', async (_, record, removed) => {
    const world = new LinkWorld();
    if (record !== undefined) world.ledger.links.set('A1b3/poster', record);
    await world.deliver({ body: poster });
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.imagesRemoved).toEqual([removed]);
    expect(world.ledger.links.get('A1b3/poster')).not.toHaveProperty('qrKey');
  });
});

describe('two copies of one request at the same time', () => {
  it('end with the same outcome, that of the first request record', async ({ world }) => {
    await world.deliver({ body: remove });
    await world.deliver({ body: { ...again, action: 'update' }, messageId: 'm-2' });
    const rejected = world.ledger.answered.get('crm/again');
    const copy = new LinkWorld();
    copy.api.links.set('A1b3/poster', { data: poster.data, expiresAt: 1_780_000_000 });
    // The other copy finishes after this copy's GET and before its request record.
    copy.api.afterCalls(1, () => rejected && copy.ledger.answered.set('crm/again', rejected));
    await copy.deliver({ body: { ...again, action: 'update' }, messageId: 'm-3', receiveCount: 8 });
    expect(rejected?.outcome.reason).toBe('link-deleted');
    expect(copy.outcomes).toEqual([{ ...rejected?.outcome, messageId: 'm-3', repeat: true }]);
  });
});

describe('a change that SQS delivers again after its validUntil', () => {
  const change = { ...again, action: 'update', validUntil: '2026-03-01T10:01:00Z' };

  it('ends as updated if the API applied it in time', async ({ world }) => {
    await world.deliver({ body: poster });
    world.ledger.failNext.add('replaceLink');
    await world.deliver({ body: change, messageId: 'm-2' });
    world.now += 600_000;
    await world.deliver({ body: change, messageId: 'm-2', receiveCount: 2 });
    expect(world.outcomeKinds).toEqual(['created', 'updated']);
    expect(world.ledger.links.get('A1b3/poster')).toMatchObject({ version: 2, campaign: 'second' });
  });

  it('ends as stale if the API did not apply it, releases its lease, and costs no quota', async ({ world }) => {
    await world.deliver({ body: poster });
    world.api.spoil('update', { kind: 'status', status: 503 });
    await world.deliver({ body: change, messageId: 'm-2' });
    world.now += 600_000;
    const before = world.api.quotaCalls;
    await world.deliver({ body: change, messageId: 'm-2', receiveCount: 2 });
    expect(world.outcomeKinds).toEqual(['created', 'stale']);
    expect(world.api.quotaCalls).toBe(before);
    expect(world.ledger.links.get('A1b3/poster')).not.toHaveProperty('lease');
  });
});

describe('a delete of a link that is unknown to the ledger and the API', () => {
  it('returns to the queue if another source’s create with the same requestId makes the link', async ({ world }) => {
    // The other source's create writes its record after this delete's GET and before its own record.
    world.api.afterCalls(1, () => {
      const applied = { requestedAt: remove.requestedAt, requestId: remove.requestId };
      const others = givenLinkAt('poster', { source: 'studio', requestId: remove.requestId, applied });
      world.ledger.links.set('A1b3/poster', others);
    });
    expect(await world.deliver({ body: remove })).toEqual(['try-again']);
    expect(world.outcomeKinds).toEqual([]);
  });
});

describe('a create that makes a link under a derived ID because the chosen ID is taken', () => {
  it('finds that link after a crash, although the chosen ID has become free', async () => {
    const world = new LinkWorld({ CONFLICT_POLICY: 'derive' });
    world.api.links.set('A1b3/poster', { data: { pid: 'studio' }, expiresAt: 1_780_000_000 });
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: again });
    world.api.links.delete('A1b3/poster');
    await world.deliver({ body: again, receiveCount: 2 });
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.api.links.size).toBe(1);
    expect(world.api.quotaCalls).toBe(1);
  });
});

describe('two copies of one change at the same time', () => {
  it('do not share a lease: the second copy returns to the queue, and sends no call', async ({ world }) => {
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

describe('a change whose worker crashed', () => {
  it('keeps its lease until a later change has recorded what the API did', async ({ world }) => {
    await world.deliver({ body: poster });
    world.ledger.failNext.add('replaceLink');
    await world.deliver({ body: { ...again, action: 'update' }, messageId: 'm-2' });
    world.now += 600_000;
    // The next change sends a GET, and its worker crashes as well. The record still holds the first change's intent.
    world.ledger.failNext.add('replaceLink');
    const next = { ...remove, requestedAt: '2026-03-01T10:00:03Z' };
    await world.deliver({ body: next, messageId: 'm-3', receiveCount: 2 });
    expect(world.ledger.links.get('A1b3/poster')?.lease?.requestId).toBe('again');
  });
});

describe('an update that sets renewTtl to false and keeps the expiry', () => {
  it('reads the expiry from the API, because clicks may have extended it', async ({ world }) => {
    await world.deliver({ body: poster });
    world.now += 10 * 86_400_000;
    // The API does not report clicks, so its expiry differs from the ledger's.
    world.api.click('A1b3/poster');
    const extended = Math.floor(world.now / 1000) + 31 * 86_400;
    world.api.spoil('read', { kind: 'status', status: 503 });
    await world.deliver({ body: { ...again, action: 'update', renewTtl: false }, messageId: 'm-2' });
    world.now += 600_000;
    await world.deliver({ body: { ...again, action: 'update', renewTtl: false }, messageId: 'm-2', receiveCount: 2 });
    expect(world.outcomeKinds).toEqual(['created', 'updated']);
    expect(world.ledger.links.get('A1b3/poster')?.expiresAt).toBe(extended);
    expect(world.api.calls.filter((call) => call === 'update')).toHaveLength(1);
  });
});

describe('an update that shortened a link’s TTL, and whose answer was lost until the link expired', () => {
  it.each([
    ['removed by the API', { outcome: 'rejected', reason: 'link-expired' }],
    ['still shown by the API', { outcome: 'updated', link: { expiresAt: '2026-03-01T10:10:05Z' } }],
  ])('leaves an expired record, if the link is %s', async (how, outcome) => {
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
    expect(world.outcomes[1]).toMatchObject(outcome);
    expect(world.api.quotaCalls).toBe(2);
  });

  it('ends as link-expired if a user has since made a link at the address in the user interface', async ({ world }) => {
    await world.deliver({ body: poster });
    world.ledger.failNext.add('replaceLink');
    const change = { ...again, action: 'update' };
    await world.deliver({ body: change, messageId: 'm-2' });
    world.now += 600_000;
    world.api.links.set('A1b3/poster', { data: poster.data, expiresAt: 1_780_000_000, api: 'dashboard' });
    await world.deliver({ body: change, messageId: 'm-2', receiveCount: 2 });
    await world.deliver({ body: change, messageId: 'm-2', receiveCount: 3 });
    expect(world.outcomes[1]).toMatchObject({ outcome: 'rejected', reason: 'link-expired' });
    expect(world.api.quotaCalls).toBe(2);
  });

  it('leaves an expired record when the next PUT finds no link', async ({ world }) => {
    await world.deliver({ body: poster });
    world.api.links.clear();
    await world.deliver({ body: { ...again, action: 'update' }, messageId: 'm-2' });
    expect(world.outcomes[1]).toMatchObject({ outcome: 'rejected', reason: 'link-not-found' });
    expect(world.ledger.links.get('A1b3/poster')?.expiresAt).toBeLessThanOrEqual(world.now / 1000);
  });
});

describe('a change of an expired link', () => {
  it('returns to the queue, and does not touch a link that another producer has made at the address', async ({
    world,
  }) => {
    await world.deliver({ body: { ...poster, ttl: '10m' } });
    world.now += 3 * 86_400_000;
    // The other producer's create has sent its POST, and has not written its record.
    world.api.links.set('A1b3/poster', { data: { pid: 'studio' }, expiresAt: world.now / 1000 + 86_400 });
    expect(await world.deliver({ body: remove, messageId: 'm-2' })).toEqual(['try-again']);
    expect(world.api.links.get('A1b3/poster')?.data).toEqual({ pid: 'studio' });
  });
});

describe('a copy of a create', () => {
  it('that adopts its link after an update without a record writes a record of the present data', async ({ world }) => {
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

  it('that made the link again after its delete, and crashed, deletes the link at its next delivery', async ({
    world,
  }) => {
    await world.deliver({ body: poster });
    await world.deliver({ body: remove, messageId: 'm-2' });
    // The API applied the copy's POST, and the copy wrote no record.
    world.api.links.set('A1b3/poster', { data: poster.data, expiresAt: 1_780_000_000 });
    await world.deliver({ body: poster, messageId: 'm-3', receiveCount: 2 });
    expect(world.outcomeKinds).toEqual(['created', 'deleted', 'created*']);
    expect(world.api.links.size).toBe(0);
  });
});

describe('copies of a create that find different states', () => {
  const inTime = { ...poster, validUntil: '2026-03-01T10:01:00Z' };

  it('do not end as stale if one of them has made the link in time', async ({ world }) => {
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: inTime });
    world.now += 600_000;
    // SQS delivers a copy as a first delivery.
    await world.deliver({ body: inTime, messageId: 'm-2' });
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.api.quotaCalls).toBe(1);
  });

  it.each([
    ['stale', 'valid-until-passed'],
    ['conflict', 'shortlink-id-taken'],
  ] as const)('delete the link that one has made if another ended as %s before', async (outcome, reason) => {
    const world = new LinkWorld();
    const other = new LinkWorld();
    await other.deliver({ body: poster, messageId: 'm-2' });
    const recorded = other.ledger.answered.get('crm/made') ?? expect.fail('no answer');
    // The other copy ends between this copy's POST and its request record.
    world.api.afterCalls(2, () => {
      world.ledger.answered.set('crm/made', { ...recorded, outcome: { ...recorded.outcome, outcome, reason } });
    });
    await world.deliver({ body: poster });
    expect(world.outcomeKinds).toEqual([`${outcome}*`]);
    expect(world.api.links.size).toBe(0);
    expect(world.ledger.links.get('A1b3/poster')).toMatchObject({ state: 'deleted', version: 2 });
  });

  it('delete the link that one has made at its next delivery if it crashed and another ended as stale', async ({
    world,
  }) => {
    world.ledger.failNext.add('rememberRequest');
    await world.deliver({ body: poster });
    const other = new LinkWorld();
    await other.deliver({ body: { ...poster, validUntil: '2026-03-01T10:00:04Z' } });
    const recorded = other.ledger.answered.get('crm/made') ?? expect.fail('no answer');
    world.ledger.answered.set('crm/made', recorded);
    await world.deliver({ body: poster, messageId: 'm-3', receiveCount: 2 });
    expect(world.outcomeKinds).toEqual(['stale*']);
    expect(world.api.links.size).toBe(0);
  });

  it('end with one link if one used the chosen ID and another found it taken and used the derived ID', async () => {
    const world = new LinkWorld({ CONFLICT_POLICY: 'derive' });
    const other = new LinkWorld({ CONFLICT_POLICY: 'derive' });
    other.api.links.set('A1b3/poster', { data: { pid: 'studio' }, expiresAt: 1_780_000_000 });
    await other.deliver({ body: poster, messageId: 'm-2' });
    const recorded = other.ledger.answered.get('crm/made') ?? expect.fail('no answer');
    world.api.afterCalls(2, () => void world.ledger.answered.set('crm/made', recorded));
    await world.deliver({ body: poster });
    expect(world.outcomeKinds).toEqual(['created*']);
    expect(world.outcomes[0]?.link).toEqual(recorded.outcome.link);
    expect(world.api.links.size).toBe(0);
  });

  it('do not delete the link if a producer that knows the link has changed it since', async ({ world }) => {
    const other = new LinkWorld();
    await other.deliver({ body: poster, messageId: 'm-2' });
    const recorded = other.ledger.answered.get('crm/made') ?? expect.fail('no answer');
    world.ledger.failNext.add('rememberRequest');
    await world.deliver({ body: poster });
    await world.deliver({ body: { ...again, action: 'update' }, messageId: 'm-4' });
    world.ledger.answered.set('crm/made', { ...recorded, outcome: { ...recorded.outcome, outcome: 'conflict' } });
    await world.deliver({ body: poster, receiveCount: 2 });
    expect(world.api.links.size).toBe(1);
  });
});
