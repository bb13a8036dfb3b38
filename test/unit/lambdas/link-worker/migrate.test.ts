import { test as base, describe, expect } from 'vitest';
import { dataDigest, subjectDigest } from '../../../../lambdas/domain/link/digest.ts';
import { policyChecker } from '../../../../lambdas/domain/policy/link-policy.ts';
import { adopt, chosen, LinkWorld, linkIdSecret, migrate, remove, spring, update } from '../../../world/link-world.ts';

/** An account in which version 2.0 reads and moves links of version 1.0, as AppsFlyer's newer texts have it. */
function newer(...given: ConstructorParameters<typeof LinkWorld>): LinkWorld {
  const world = new LinkWorld(...given);
  world.api.control.changeSettings({ crossVersion: 'newer' });
  return world;
}
const it = base.extend('world', () => newer());
const day = 86_400;
const now = Date.parse('2026-03-01T10:00:05Z') / 1000;

const data = { pid: 'sms', deep_link_value: 'https%3A%2F%2Fshop.example%2F1' };
const plain = { pid: 'sms', deep_link_value: 'https://shop.example/1' };
/** A link of version 1.0, whose values are encoded. */
const old = { data, ttlSeconds: 20 * day, expiresAt: now + 9 * day, api: 'v1.0' as const };
const second = { body: migrate, receiveCount: 2 };

describe('a migrate', () => {
  it('moves a link with its own data, decoded, and verifies it by a GET', async ({ world }) => {
    world.api.links.set(spring, old);
    expect(await world.deliver(second)).toEqual(['done']);
    expect(world.api.calls).toEqual(['read', 'update', 'read']);
    expect(world.outcomes).toMatchObject([
      {
        outcome: 'migrated',
        link: { shortUrl: 'https://acme.onelink.me/A1b3/spring', expiresAt: '2026-03-21T10:00:05Z', version: 2 },
      },
    ]);
    expect(world.api.links.get(spring)).toMatchObject({ data: plain, api: 'v2.0', ttlSeconds: 20 * day });
    const record = world.ledger.links.get(spring);
    expect(record).toMatchObject({ source: 'crm', requestId: 'm-1', version: 2, ttlSeconds: 20 * day });
    expect(record).toMatchObject({ applied: { requestId: 'm-1' }, dataDigest: dataDigest(linkIdSecret, plain) });
    expect(record).not.toHaveProperty('lease');
    expect(record).not.toHaveProperty('migrates');
    expect(world.counts.get('LinkMigrated')).toBe(1);
  });

  it('leaves data alone that is in plain text, because a bare slash shows it', async ({ world }) => {
    const mixed = { pid: 'sms', deep_link_value: 'https://shop.example/?q=a%2Fb' };
    world.api.links.set(spring, { ...old, data: mixed });
    await world.deliver(second);
    expect(world.api.links.get(spring)).toMatchObject({ data: mixed, api: 'v2.0' });
  });

  it('sends the data, TTL, renewTtl and brand domain of the command, if it has them', async ({ world }) => {
    world.api.links.set(spring, old);
    const given = { data: { pid: 'print' }, ttl: '60d', renewTtl: false, brandDomain: 'go.acme.example' };
    await world.deliver({ body: { ...migrate, ...given }, receiveCount: 2 });
    expect(world.outcomes).toMatchObject([
      {
        outcome: 'migrated',
        link: { shortUrl: 'https://go.acme.example/A1b3/spring', expiresAt: '2026-04-30T10:00:05Z' },
      },
    ]);
    expect(world.api.links.get(spring)).toMatchObject({
      data: { pid: 'print' },
      ttlSeconds: 60 * day,
      renewTtl: false,
    });
    expect(world.ledger.links.get(spring)).toMatchObject({ pid: 'print', ttlSeconds: 60 * day, renewTtl: false });
  });

  it('moves a link that its source has adopted', async ({ world }) => {
    world.api.links.set(spring, old);
    await world.deliver({ body: adopt, receiveCount: 2 });
    await world.deliver({ body: { ...migrate, requestedAt: '2026-03-01T10:00:04Z' } });
    expect(world.outcomeKinds).toEqual(['adopted', 'migrated']);
    expect(world.api.links.get(spring)).toMatchObject({ data: plain, api: 'v2.0' });
    expect(world.ledger.links.get(spring)).toMatchObject({ requestId: 'a-1', version: 2 });
  });

  it.for([
    ['keeps its end', { renewTtl: false }, {}, false],
    ['begins its TTL anew', { renewTtl: true }, {}, true],
    ['has just been made, so both are the same', { renewTtl: false, expiresAt: now + 20 * day }, {}, true],
    ['gets a TTL, so both are the same', { renewTtl: false }, { ttl: '60d' }, true],
    ['gets another renewal', { renewTtl: true }, { renewTtl: false }, false],
  ] as const)('shows whether clicks extend a link that %s', async ([, held, asked, recorded], { world }) => {
    world.api.links.set(spring, { ...old, ...held });
    await world.deliver({ body: { ...migrate, ...asked }, receiveCount: 2 });
    expect(world.ledger.links.get(spring)).toMatchObject({
      renewTtl: recorded,
      expiresAt: world.api.links.get(spring)?.expiresAt,
    });
  });

  it.for([
    [true, false],
    [false, true],
  ] as const)('corrects what an adopt has stated: renews itself: %s', async ([truth, stated], { world }) => {
    world.api.links.set(spring, { ...old, renewTtl: truth });
    await world.deliver({ body: { ...adopt, renewTtl: stated }, receiveCount: 2 });
    await world.deliver({ body: { ...migrate, requestedAt: '2026-03-01T10:00:04Z' } });
    expect(world.ledger.links.get(spring)).toMatchObject({
      renewTtl: truth,
      expiresAt: world.api.links.get(spring)?.expiresAt,
    });
  });

  it.for([{}, { brandDomain: 'go.acme.example' }])(
    'shows it also if the answer to the PUT of %o is lost',
    async (asked, { world }) => {
      world.api.links.set(spring, { ...old, renewTtl: false });
      world.api.spoil('update', { kind: 'reset-after' });
      const body = { ...migrate, ...asked };
      for (let receiveCount = 2; receiveCount < 5; receiveCount++) await world.deliver({ body, receiveCount });
      expect(world.api.links.get(spring)).toMatchObject({ renewTtl: false });
      expect(world.outcomeKinds[0]).toBe('migrated');
      expect(world.ledger.links.get(spring)).toMatchObject({ renewTtl: false, expiresAt: now + 9 * day });
    },
  );

  it('lets its source update and delete the link', async ({ world }) => {
    world.api.links.set(spring, old);
    await world.deliver(second);
    await world.deliver({ body: update });
    await world.deliver({ body: remove });
    expect(world.outcomeKinds).toEqual(['migrated', 'updated', 'deleted']);
  });

  it('leaves in the record what the link has, until its PUT took effect', async ({ world }) => {
    world.api.links.set(spring, old);
    world.api.spoil('update', { kind: 'status', status: 503, times: 9 });
    const changes = { ttl: '30d', renewTtl: false, brandDomain: 'go.acme.example', keepUntil: '2028-01-01T00:00:00Z' };
    await world.deliver({ body: { ...migrate, ...changes }, receiveCount: 2 });
    const record = world.ledger.links.get(spring);
    expect(record).toMatchObject({
      renewTtl: true,
      ttlSeconds: 20 * day,
      shortUrl: 'https://acme.onelink.me/A1b3/spring',
    });
    expect(record).not.toHaveProperty('keepUntil');
  });

  it('is superseded by a change that was requested later', async ({ world }) => {
    await world.deliver({ body: chosen });
    await world.deliver({ body: update });
    await world.deliver({ body: migrate });
    expect(world.outcomeKinds).toEqual(['created', 'updated', 'superseded']);
    expect(world.api.quotaCalls).toBe(2);
  });

  it('waits for quota, and continues with the same link', async ({ world }) => {
    world.api.links.set(spring, old);
    world.control.setRecord(world.now, {
      lanes: { campaign: { state: 'parking', since: 1, reason: 'quota-reserve-reached' } },
    });
    await world.deliver(second);
    expect(world.outcomeKinds).toEqual(['parked']);
    world.control.setRecord(world.now);
    await world.deliver({ ...second, replayed: true });
    expect(world.outcomeKinds).toEqual(['parked', 'migrated']);
    expect(world.api.quotaCalls).toBe(1);
  });

  it('continues after the API reports a spent quota in the middle', async ({ world }) => {
    world.api.links.set(spring, old);
    world.api.spoil('update', { kind: 'status', status: 429, errorType: 'quota_exceeded' });
    await world.deliver(second);
    expect(world.outcomeKinds).toEqual(['parked']);
    expect(world.ledger.links.get(spring)).not.toHaveProperty('lease');
    world.control.signals = {};
    await world.deliver({ ...second, replayed: true, receiveCount: 3 });
    expect(world.outcomeKinds).toEqual(['parked', 'migrated']);
  });
});

describe('a lost answer to the PUT of a migrate', () => {
  it.for([
    ['took effect, and its data shows it', data, 'reset-after', 1],
    ['did not take effect', data, 'reset-before', 1],
    ['took effect, but no GET shows it, so it is sent again', { pid: 'sms' }, 'reset-after', 2],
  ] as const)('that %s', async ([, held, kind, writes], { world }) => {
    world.api.links.set(spring, { ...old, data: held });
    world.api.spoil('update', { kind });
    for (let receiveCount = 2; receiveCount < 5; receiveCount++) await world.deliver({ body: migrate, receiveCount });
    expect(world.outcomeKinds[0]).toBe('migrated');
    expect(world.api.links.get(spring)).toMatchObject({ api: 'v2.0' });
    expect(world.api.control.stats().links).toMatchObject({ migrated: 1, updated: writes });
  });
});

describe('a migrate is rejected, and owns nothing', () => {
  const separate = base.extend('world', () => new LinkWorld());

  separate.for([
    ['reads none of version 1.0', {}],
    ['changes none of version 1.0, with data in the command', { data: { pid: 'sms' } }],
  ] as const)('if version 2.0 %s', async ([, given], { world }) => {
    world.api.links.set(spring, old);
    await world.deliver({ body: { ...migrate, ...given }, receiveCount: 2 });
    expect(world.outcomes).toMatchObject([
      {
        outcome: 'rejected',
        reason: 'made-elsewhere',
        faults: [{ path: 'shortlinkId', message: expect.stringMatching(/Make a new link with create/) }],
      },
    ]);
    expect(world.ledger.links.get(spring)?.state).not.toBe('live');
    expect(world.api.links.get(spring)?.api).toBe('v1.0');
  });

  it('if the link was made by hand, which a GET shows and a PUT refuses', async ({ world }) => {
    world.api.links.set(spring, { ...old, api: 'dashboard' });
    await world.deliver(second);
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'made-elsewhere' }]);
    expect(world.ledger.links.get(spring)).toMatchObject({ state: 'deleted', shortUrl: '', takenOver: true });
    await world.deliver({ body: { ...adopt, source: 'studio', requestId: 's-1' }, receiveCount: 2 });
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'adopted' });
  });

  it('if its own data breaks a rule of version 2.0, with the remedy', async ({ world }) => {
    world.api.links.set(spring, { ...old, data: { c: 'no media source' } });
    await world.deliver(second);
    expect(world.outcomes).toMatchObject([
      {
        reason: 'invalid-link-data',
        faults: [{ path: 'data.pid', message: expect.stringMatching(/send migrate with data/) }],
      },
    ]);
    expect(world.ledger.links.size).toBe(0);
    expect(world.api.quotaCalls).toBe(0);
  });

  it('if a policy forbids its own data', async () => {
    const policy = policyChecker({ templates: { A1b3: { mode: 'enforce', hosts: ['other.example'] } }, producers: {} });
    const world = newer({}, { policy });
    world.api.links.set(spring, old);
    await world.deliver(second);
    expect(world.outcomes).toMatchObject([{ reason: 'against-policy', faults: [{ rule: 'policy-host' }] }]);
    expect(world.ledger.links.size).toBe(0);
  });

  it.for([
    ['does not exist', undefined, 'link-not-found'],
    ['has expired', { ...old, expiresAt: now - 60 }, 'link-expired'],
  ] as const)('if the link %s', async ([, link, reason], { world }) => {
    if (link !== undefined) world.api.links.set(spring, link);
    await world.deliver(second);
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason }]);
    expect(world.ledger.links.size).toBe(0);
  });

  it('if another source owns the link', async ({ world }) => {
    world.api.links.set(spring, old);
    await world.deliver({ body: { ...adopt, source: 'studio', requestId: 's-1' }, receiveCount: 2 });
    await world.deliver({ body: migrate, receiveCount: 3 });
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'rejected', reason: 'not-owner' });
    expect(world.api.quotaCalls).toBe(0);
  });

  it('if its subject was erased after its link record', async ({ world }) => {
    world.api.links.set(spring, old);
    world.api.spoil('update', { kind: 'status', status: 503 });
    world.api.spoil('read', { kind: 'status', status: 503 });
    const body = { ...migrate, subject: 'Ann' };
    await world.deliver({ body, receiveCount: 2 });
    world.ledger.erasedAt.set(subjectDigest(linkIdSecret, 'Ann'), world.now);
    await world.deliver({ body, receiveCount: 3 });
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'subject-erased' }]);
    expect(world.ledger.links.get(spring)?.state).not.toBe('live');
  });

  it('by the contract of an account on version 1.0, with the remedy', async () => {
    const world = new LinkWorld({ API_DIALECT: 'v1.0', MAX_TTL_DAYS: 31 });
    world.api.links.set(spring, old);
    await world.deliver(second);
    expect(world.outcomes).toMatchObject([
      { reason: 'invalid-command', faults: [{ rule: 'no-migrate', message: expect.stringMatching(/send adopt/) }] },
    ]);
    expect(world.api.calls).toEqual([]);
  });
});

describe('a migrate after its validUntil', () => {
  const late = { ...migrate, validUntil: '2026-03-01T10:00:06Z' };

  it('gives the link up if it is only recorded', async ({ world }) => {
    world.api.links.set(spring, old);
    world.api.spoil('update', { kind: 'status', status: 429, errorType: 'quota_exceeded' });
    await world.deliver({ body: late, receiveCount: 2 });
    world.now += 2_000;
    world.control.setRecord(world.now);
    await world.deliver({ body: late, receiveCount: 3 });
    expect(world.outcomeKinds).toEqual(['parked', 'stale']);
    expect(world.ledger.links.get(spring)).toMatchObject({ state: 'deleted', shortUrl: '' });
    expect(world.api.links.get(spring)?.api).toBe('v1.0');
  });

  it('completes what has begun', async ({ world }) => {
    world.api.links.set(spring, old);
    world.ledger.failNext.add('replaceLink');
    await world.deliver({ body: late, receiveCount: 2 });
    world.now += 120_000;
    world.control.setRecord(world.now);
    await world.deliver({ body: late, receiveCount: 3 });
    expect(world.outcomeKinds).toEqual(['migrated']);
    expect(world.api.quotaCalls).toBe(1);
  });
});
