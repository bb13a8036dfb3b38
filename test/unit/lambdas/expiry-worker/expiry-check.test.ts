import { test as base, describe, expect } from 'vitest';
import { dataDigest } from '../../../../lambdas/domain/link/digest.ts';
import type { LinkRecord } from '../../../../lambdas/domain/link/ledger-record.ts';
import type { LinkMaker } from '../../../../local/onelink-api/store.ts';
import { day, ExpiryWorld, key, lease, now, poster, posterData } from '../../../world/expiry-world.ts';
import { given } from '../../../world/given-ledger.ts';

const it = base.extend('world', () => new ExpiryWorld());

describe('a link whose record DynamoDB has deleted', () => {
  it('ends as `expired` without a call if it does not renew: history, image, outcome', async ({ world }) => {
    expect(await world.check({ ...poster, renewTtl: false })).toEqual(['done']);
    expect(world.api.calls).toEqual([]);
    expect(world.history).toEqual([
      {
        onelinkId: 'A1b3',
        shortlinkId: 'poster',
        shortUrl: 'https://acme.onelink.me/A1b3/poster',
        source: 'studio',
        requestId: 'p-1',
        pid: 'print',
        campaign: 'posters',
        version: 2,
        applied: { requestedAt: '2026-05-01T00:00:00Z', requestId: 'u-1' },
        expiredAt: '2026-05-31T23:00:00Z',
      },
    ]);
    expect(world.removed).toEqual(['studio/poster']);
    expect(world.outcomes).toMatchObject([
      { outcome: 'expired', action: null, source: 'studio', requestId: 'p-1', lane: 'expiry', messageId: 'e-1' },
    ]);
    expect(world.ledger.links.size).toBe(0);
  });

  it('keeps the digest of its subject in the history', async ({ world }) => {
    await world.check({ ...poster, renewTtl: false, subject: 'digest of a person' });
    expect(world.history).toMatchObject([{ shortlinkId: 'poster', subject: 'digest of a person' }]);
  });

  type AtApi = { data: Record<string, string>; expiresAt: number; api?: LinkMaker };

  it.each<[string, AtApi | undefined]>([
    ['if it renews and the API has no such link', undefined],
    ['if the API still shows it after its expiry', { data: posterData, expiresAt: now - 3_600 }],
    [
      'if its address has a link from the user interface',
      { data: posterData, expiresAt: now + 20 * day, api: 'dashboard' },
    ],
  ])('ends as `expired` %s', async (_, atApi) => {
    const world = new ExpiryWorld();
    if (atApi !== undefined) world.api.links.set(key, atApi);
    expect(await world.check(poster)).toEqual(['done']);
    expect(world.api.calls).toEqual(['read']);
    expect(world.outcomes).toMatchObject([{ outcome: 'expired' }]);
  });

  it('ends as `renewed` with its true expiry if it was clicked', async ({ world }) => {
    world.atApi(now + 20 * day);
    await world.check(poster);
    expect(world.ledger.links.get(key)).toEqual({ ...poster, expiresAt: now + 20 * day });
    const link = { expiresAt: '2026-06-21T00:00:00Z', version: 2 };
    expect(world.outcomes).toMatchObject([{ outcome: 'renewed', link }]);
    expect([world.history, world.removed]).toEqual([[], []]);
  });

  it('keeps the record and the image of a new link at its address', async ({ world }) => {
    const newer = { ...poster, requestId: 'p-2', version: 1 };
    world.ledger.links.set(key, newer);
    world.atApi(now + 20 * day);
    await world.check(poster);
    expect(world.ledger.links.get(key)).toEqual(newer);
    await world.check({ ...poster, renewTtl: false });
    expect(world.removed).toEqual([]);
  });

  it('waits for the record of another create that has made a link at its address', async ({ world }) => {
    const kept = { ...poster, keepUntil: now + 400 * day };
    world.atApi(now + 2 * day, { pid: 'another' });
    expect(await world.check(kept)).toEqual(['try-again']);
    const newer = { ...poster, requestId: 'p-2', version: 1 };
    world.ledger.links.set(key, newer);
    expect(await world.check(kept, 2)).toEqual(['done']);
    expect(world.ledger.links.get(key)).toEqual(newer);
    expect(world.outcomes).toMatchObject([{ outcome: 'expired', requestId: 'p-1' }]);
    // The worker does not renew that link either, because the ledger's record answers.
    expect(world.api.calls).toEqual(['read']);
  });

  it('stays live if another system has changed it and no other create appears', async ({ world }) => {
    world.atApi(now + 20 * day, { pid: 'by hand' });
    expect(await world.check(poster, 7)).toEqual(['try-again']);
    expect(await world.check(poster, 8)).toEqual(['done']);
    expect(world.ledger.links.get(key)).toMatchObject({ requestId: 'p-1', expiresAt: now + 20 * day });
    expect(world.outcomes).toMatchObject([{ outcome: 'renewed' }]);
  });

  it.each([
    ['renews itself', true],
    // The update may have extended the link's life without the ledger's knowledge.
    ['did not', false],
  ])('keeps the lease of an unverified update, for a link that %s', async (_, renewTtl) => {
    const world = new ExpiryWorld();
    const digest = dataDigest(given.secret, { pid: 'new' });
    const intended = { dataDigest: digest, ttlSeconds: day, renewTtl: true, expiresAt: now };
    const left = { ...lease, until: now - 1, intended };
    world.atApi(now + day, { pid: 'new' });
    await world.check({ ...poster, renewTtl, lease: left });
    expect(world.ledger.links.get(key)).toMatchObject({ requestId: 'p-1', lease: left, expiresAt: now + day });
  });

  it('needs no action if it was deleted long ago', async ({ world }) => {
    expect(await world.check({ ...poster, state: 'deleted' })).toEqual(['done']);
    expect([world.api.calls, world.outcomes]).toEqual([[], []]);
  });

  it('keeps its image if the configuration requires it', async () => {
    const world = new ExpiryWorld({ KEEP_QR_IMAGES: 'true' });
    await world.check({ ...poster, renewTtl: false });
    expect(world.removed).toEqual([]);
  });

  it('waits while the API does not answer or refuses the account, and if no time is left', async ({ world }) => {
    world.api.spoil('read', { kind: 'status', status: 503 }, { kind: 'status', status: 401 });
    expect(await world.check(poster)).toEqual(['try-again']);
    expect(await world.check(poster)).toEqual(['account-blocked']);
    expect(await world.check(poster, 1, 14_000)).toEqual(['out-of-time']);
    expect(world.outcomes).toEqual([]);
  });

  it('returns a message that is not a link record, which ends as a dead letter', async ({ world }) => {
    expect(await world.check('unknown')).toEqual(['try-again']);
  });
});

describe('a link with a restored record', () => {
  it.each<[string, LinkRecord]>([
    ['a command has changed', { ...poster, version: 3, expiresAt: now + 31 * day }],
    ['its owner has deleted', { ...poster, state: 'deleted', version: 3 }],
    ['a later removal has marked', { ...poster, expiryCheck: { token: 'removal-2', lostAt: now + 15 * day } }],
  ])('is unchanged if %s it since', async (_, record) => {
    const world = new ExpiryWorld().restored(record);
    world.atApi(now + 31 * day);
    expect(await world.check(poster)).toEqual(['done']);
    expect([world.api.calls, world.outcomes]).toEqual([[], []]);
    expect(world.ledger.links.get(key)).toEqual(record);
  });

  it('ends as `expired` without a call if a later create has its address', async ({ world }) => {
    const newer = { ...poster, source: 'crm', requestId: 'p-2', version: 3 };
    world.restored(newer).atApi(now + 31 * day);
    expect(await world.check(poster)).toEqual(['done']);
    expect(world.api.calls).toEqual([]);
    expect(world.outcomes).toMatchObject([{ outcome: 'expired', source: 'studio', requestId: 'p-1' }]);
    // The new link's image has another source's prefix.
    expect([world.history.length, world.removed]).toEqual([1, ['studio/poster']]);
    expect(world.ledger.links.get(key)).toEqual(newer);
  });
});
