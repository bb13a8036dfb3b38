import { test as base, describe, expect } from 'vitest';
import { subjectDigest } from '../../../../lambdas/domain/link/digest.ts';
import { policyChecker } from '../../../../lambdas/domain/policy/link-policy.ts';
import { adopt, chosen, LinkWorld, linkIdSecret, remove, spring, update } from '../../../world/link-world.ts';

const it = base.extend('world', () => new LinkWorld());
const day = 86_400;
const now = Date.parse('2026-03-01T10:00:05Z') / 1000;

/** A link that a script has made, without the pipeline. */
const others = { data: { pid: 'sms', c: 'old' }, ttlSeconds: 60 * day, expiresAt: now + 40 * day };
const second = { body: adopt, receiveCount: 2 };

describe('an adopt', () => {
  it('takes over a link with the expiry and the TTL that the API shows, by a GET alone', async ({ world }) => {
    world.api.links.set(spring, others);
    expect(await world.deliver(second)).toEqual(['done']);
    expect(world.api.calls).toEqual(['read']);
    expect(world.outcomes).toMatchObject([
      {
        outcome: 'adopted',
        link: { shortUrl: 'https://acme.onelink.me/A1b3/spring', expiresAt: '2026-04-10T10:00:05Z', version: 1 },
      },
    ]);
    expect(world.outcomes[0]).not.toHaveProperty('data');
    expect(world.ledger.links.get(spring)).toMatchObject({
      source: 'crm',
      requestId: 'a-1',
      pid: 'sms',
      campaign: 'old',
      ttlSeconds: 60 * day,
      renewTtl: true,
    });
    expect(world.counts.get('LinkAdopted')).toBe(1);
  });

  it('records what no GET shows: renewTtl, the brand domain, keepUntil and the subject', async ({ world }) => {
    world.api.links.set(spring, others);
    const told = { renewTtl: false, brandDomain: 'go.acme.example', keepUntil: '2028-01-01T00:00:00Z', subject: 'Ann' };
    await world.deliver({ body: { ...adopt, ...told }, receiveCount: 2 });
    expect(world.ledger.links.get(spring)).toMatchObject({
      renewTtl: false,
      shortUrl: 'https://go.acme.example/A1b3/spring',
      keepUntil: 1_830_297_600,
      subject: subjectDigest(linkIdSecret, 'Ann'),
    });
    expect(world.control.due.size).toBe(1);
  });

  it('needs no TTL of its own for keepUntil or a policy if the API reports a sufficient one', async () => {
    const templates = { A1b3: { mode: 'enforce' as const, ttlHours: { least: 48 } } };
    const world = new LinkWorld({}, { policy: policyChecker({ templates, producers: {} }) });
    world.api.links.set(spring, others);
    await world.deliver({ body: { ...adopt, ttl: '1d', keepUntil: '2028-01-01T00:00:00Z' }, receiveCount: 2 });
    expect(world.outcomes).toMatchObject([{ outcome: 'adopted' }]);
    expect(world.ledger.links.get(spring)).toMatchObject({ ttlSeconds: 60 * day, keepUntil: 1_830_297_600 });
  });

  it('waits for one return, in which the ledger may get another source’s record', async ({ world }) => {
    world.api.links.set(spring, others);
    expect(await world.deliver({ body: adopt })).toEqual(['look-again']);
    expect(world.api.calls).toEqual([]);
    expect(world.counts.get('CommandReturned')).toBeUndefined();
  });

  it('waits as long as a change for an ID of the pipeline’s own form, whose create may record it', async ({
    world,
  }) => {
    const derived = { ...adopt, shortlinkId: 'abcdefgh1234' };
    world.api.links.set('A1b3/abcdefgh1234', others);
    expect(await world.deliver({ body: derived, receiveCount: 7 })).toEqual(['look-again']);
    expect(await world.deliver({ body: derived, receiveCount: 8 })).toEqual(['done']);
    expect(world.outcomeKinds).toEqual(['adopted']);
  });

  it('makes the link one that its source updates and deletes', async ({ world }) => {
    world.api.links.set(spring, others);
    await world.deliver(second);
    await world.deliver({ body: update });
    await world.deliver({ body: remove });
    expect(world.outcomeKinds).toEqual(['adopted', 'updated', 'deleted']);
    expect(world.api.links.has(spring)).toBe(false);
  });

  it('needs no quota, so a lane that parks carries it out', async ({ world }) => {
    world.api.links.set(spring, others);
    world.control.setRecord(world.now, {
      lanes: { campaign: { state: 'parking', since: 1, reason: 'quota-reserve-reached' } },
    });
    expect(await world.deliver(second)).toEqual(['done']);
    expect(world.outcomeKinds).toEqual(['adopted']);
  });

  it('ends as stale after its validUntil, and owns nothing', async ({ world }) => {
    world.api.links.set(spring, others);
    await world.deliver({ body: { ...adopt, validUntil: '2026-03-01T10:00:04Z' }, receiveCount: 2 });
    expect(world.outcomeKinds).toEqual(['stale']);
    expect(world.ledger.links.size).toBe(0);
  });
});

describe('an adopt of a link that its source owns', () => {
  it.for([[false], [true]])('reports that, and changes nothing (made by a create: %s)', async ([isMade], { world }) => {
    if (isMade) await world.deliver({ body: chosen });
    else {
      world.api.links.set(spring, others);
      await world.deliver(second);
    }
    const record = structuredClone(world.ledger.links.get(spring));
    const again = { ...adopt, requestId: 'a-2', keepUntil: '2028-01-01T00:00:00Z' };
    await world.deliver({ body: again });
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'adopted', reason: 'already-owned', link: { version: 1 } });
    expect(world.ledger.links.get(spring)).toEqual(record);
    expect(world.api.quotaCalls).toBe(isMade ? 1 : 0);
  });

  it('reads the expiry of a link that clicks kept alive after its recorded one', async ({ world }) => {
    world.api.links.set(spring, { ...others, expiresAt: now + day });
    await world.deliver(second);
    world.now += 2 * day * 1_000;
    world.control.setRecord(world.now);
    world.api.links.set(spring, { ...others, expiresAt: now + 60 * day });
    await world.deliver({ body: { ...adopt, requestId: 'a-2' } });
    expect(world.outcomes.at(-1)).toMatchObject({
      reason: 'already-owned',
      link: { expiresAt: '2026-04-30T10:00:05Z' },
    });
  });

  it('publishes the same outcome again for the same request', async ({ world }) => {
    world.api.links.set(spring, others);
    await world.deliver(second);
    await world.deliver({ body: adopt, messageId: 'm-2' });
    expect(world.outcomeKinds).toEqual(['adopted', 'adopted*']);
    const { repeat: _, messageId: __, ...first } = world.outcomes[0] ?? {};
    const { repeat: ___, messageId: ____, ...repeated } = world.outcomes[1] ?? {};
    expect(JSON.stringify(repeated)).toBe(JSON.stringify(first));
  });
});

describe('an adopt is rejected', () => {
  it('if another source owns the link, without a call', async ({ world }) => {
    world.api.links.set(spring, others);
    await world.deliver(second);
    await world.deliver({ body: { ...adopt, source: 'studio', requestId: 's-1' }, receiveCount: 2 });
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'rejected', reason: 'not-owner' });
    expect(world.ledger.links.get(spring)?.source).toBe('crm');
  });

  it('if another source owned it, even after its end', async ({ world }) => {
    await world.deliver({ body: { ...chosen, source: 'studio' } });
    await world.deliver({ body: { ...remove, source: 'studio' } });
    world.api.links.set(spring, others);
    await world.deliver({ body: { ...adopt, requestedAt: '2026-03-01T10:00:05Z' }, receiveCount: 2 });
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'rejected', reason: 'not-owner' });
  });

  it('if another source’s create has claimed the address', async ({ world }) => {
    world.api.links.set(spring, others);
    const claim = { source: 'studio', requestId: 'r-9', until: now - 60, token: 't', expiresAt: now + day };
    world.ledger.claims.set(spring, claim);
    expect(await world.deliver({ body: adopt, receiveCount: 7 })).toEqual(['look-again']);
    await world.deliver({ body: adopt, receiveCount: 8 });
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'not-owner' }]);
  });

  it.for([
    ['does not exist', undefined, 'link-not-found'],
    ['has expired', { ...others, expiresAt: now - 60 }, 'link-expired'],
    ['was made by hand', { ...others, api: 'dashboard' as const }, 'made-elsewhere'],
    ['was made by the bulk tool', { ...others, api: 'bulk' as const }, 'made-elsewhere'],
    ['was made by version 1.0, which version 2.0 may not read', { ...others, api: 'v1.0' as const }, 'made-elsewhere'],
  ] as const)('if the link %s', async ([, link, reason], { world }) => {
    if (link !== undefined) world.api.links.set(spring, link);
    await world.deliver(second);
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason, link: { shortlinkId: 'spring' } }]);
    expect(world.ledger.links.size).toBe(0);
    expect(world.api.quotaCalls).toBe(0);
  });

  it('if a policy forbids its data or its TTL, with the names of the rules', async () => {
    const templates = { A1b3: { mode: 'enforce' as const, forbidden: ['c'], ttlHours: { most: 24 } } };
    const world = new LinkWorld({}, { policy: policyChecker({ templates, producers: {} }) });
    world.api.links.set(spring, others);
    await world.deliver(second);
    expect(world.outcomes).toMatchObject([
      {
        outcome: 'rejected',
        reason: 'against-policy',
        faults: [
          { path: 'data.c', rule: 'policy-forbidden' },
          { path: 'ttl', rule: 'policy-ttl' },
        ],
      },
    ]);
    expect(world.ledger.links.size).toBe(0);
  });

  it('if keepUntil needs a longer TTL than the link has', async ({ world }) => {
    world.api.links.set(spring, { ...others, ttlSeconds: 2 * day, expiresAt: now + day });
    await world.deliver({ body: { ...adopt, keepUntil: '2028-01-01T00:00:00Z' }, receiveCount: 2 });
    expect(world.outcomes).toMatchObject([
      { reason: 'invalid-command', faults: [{ path: 'keepUntil', rule: 'keep' }] },
    ]);
    expect(world.ledger.links.size).toBe(0);
  });

  it('if its subject was erased since', async ({ world }) => {
    world.api.links.set(spring, others);
    world.ledger.erasedAt.set(subjectDigest(linkIdSecret, 'Ann'), world.now);
    await world.deliver({ body: { ...adopt, subject: 'Ann' }, receiveCount: 2 });
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'subject-erased' }]);
    expect(world.ledger.links.size).toBe(0);
  });

  it('if its link was erased with its person', async ({ world }) => {
    await world.deliver({ body: { ...chosen, subject: 'Ann' } });
    const record = world.ledger.links.get(spring);
    if (record !== undefined) world.ledger.links.set(spring, { ...record, state: 'deleted', erased: true });
    world.api.links.set(spring, others);
    await world.deliver(second);
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'rejected', reason: 'subject-erased' });
  });
});

describe('an adopt and a delete', () => {
  it('in the order of requestedAt: a later delete supersedes an adopt', async ({ world }) => {
    await world.deliver({ body: remove });
    world.api.links.set(spring, others);
    await world.deliver({ body: { ...adopt, requestedAt: '2026-03-01T10:00:02Z' }, receiveCount: 2 });
    expect(world.outcomeKinds).toEqual(['deleted', 'superseded']);
  });

  it('an earlier delete does not, because the link was made again since', async ({ world }) => {
    await world.deliver({ body: chosen });
    await world.deliver({ body: remove });
    world.api.links.set(spring, others);
    await world.deliver({ body: { ...adopt, requestedAt: '2026-03-01T10:00:05Z' }, receiveCount: 2 });
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'adopted', link: { version: 3 } });
  });
});

describe('two sources that adopt one link at once', () => {
  it('get one owner, and the other is refused', async ({ world }) => {
    world.api.links.set(spring, others);
    const rival = { ...adopt, source: 'studio', requestId: 's-1' };
    world.api.afterCalls(1, () => {
      const record = { ...others, address: { onelinkId: 'A1b3', shortlinkId: 'spring' } };
      world.ledger.links.set(spring, {
        ...{ address: record.address, source: 'studio', requestId: 's-1', state: 'live', shortUrl: 'https://x' },
        ...{ pid: 'sms', dataDigest: '', ttlSeconds: day, renewTtl: true, version: 1, expiresAt: now + day },
        applied: { requestedAt: rival.requestedAt, requestId: 's-1' },
      });
    });
    expect(await world.deliver(second)).toEqual(['try-again']);
    await world.deliver({ body: adopt, receiveCount: 3 });
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'not-owner' }]);
    expect(world.ledger.links.get(spring)?.source).toBe('studio');
  });
});

describe('a copy of an adopt that ended differently', () => {
  it('gives up the link that the other copy has recorded', async ({ world }) => {
    world.api.links.set(spring, others);
    world.ledger.failNext.add('rememberRequest');
    await world.deliver(second);
    const answered = new LinkWorld();
    await answered.deliver(second);
    const [record] = answered.ledger.answered.values();
    if (record !== undefined) world.ledger.answered.set('crm/a-1', record);
    await world.deliver({ body: adopt, receiveCount: 3 });
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'rejected', reason: 'link-not-found' });
    expect(world.ledger.links.get(spring)).toMatchObject({ state: 'deleted', shortUrl: '' });
  });
});

describe('an adopt by version 1.0, whose GET shows no expiry', () => {
  const it = base.extend('world', () => new LinkWorld({ API_DIALECT: 'v1.0', MAX_TTL_DAYS: 31 }));

  it.for([
    [{}, '2026-04-01T10:00:05Z', 31 * day],
    [{ ttl: '14d' }, '2026-03-15T10:00:05Z', 14 * day],
  ] as const)(
    'records the latest expiry that the link can have: %j',
    async ([told, expiresAt, ttlSeconds], { world }) => {
      world.api.links.set(spring, { ...others, api: 'v1.0' });
      await world.deliver({ body: { ...adopt, ...told }, receiveCount: 2 });
      expect(world.outcomes).toMatchObject([{ outcome: 'adopted', link: { expiresAt } }]);
      expect(world.ledger.links.get(spring)).toMatchObject({ ttlSeconds });
    },
  );

  it('is rejected if the TTL that it gives is too short for its keepUntil', async ({ world }) => {
    world.api.links.set(spring, { ...others, api: 'v1.0' });
    await world.deliver({ body: { ...adopt, ttl: '13d', keepUntil: '2028-01-01T00:00:00Z' }, receiveCount: 2 });
    expect(world.outcomes).toMatchObject([
      { outcome: 'rejected', reason: 'invalid-command', faults: [{ path: 'ttl', rule: 'keep' }] },
    ]);
    expect(world.ledger.links.size).toBe(0);
  });
});
