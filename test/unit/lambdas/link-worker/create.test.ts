import { test as base, describe, expect } from 'vitest';
import {
  chosen,
  create,
  creates,
  derivedIdOfCreate,
  LinkWorld,
  remove,
  spring,
  update,
} from '../../../world/link-world.ts';

const it = base.extend('world', () => new LinkWorld());

const derivedKey = `A1b3/${derivedIdOfCreate}`;
const lost = { kind: 'status', status: 503 } as const;
const taken = { kind: 'status', status: 409, errorType: 'invalid_parameter' } as const;
const invalid = { kind: 'status', status: 400, errorType: 'invalid_parameter' } as const;
const quotaSpent = { kind: 'status', status: 429, errorType: 'quota_exceeded' } as const;

describe('a create with a derived ID', () => {
  it('is posted at once, recorded and answered, with one call', async ({ world }) => {
    expect(await world.deliver({ body: create })).toEqual(['done']);

    expect(world.api.calls).toEqual(['create']);
    expect(world.outcomes).toEqual([
      {
        specVersion: '1.0',
        outcomeId: expect.stringMatching(/^[0-9a-f]{32}$/),
        outcome: 'created',
        action: 'create',
        source: 'crm',
        requestId: 'r-1',
        lane: 'campaign',
        messageId: 'm-1',
        repeat: false,
        decidedAt: '2026-03-01T10:00:05.000Z',
        link: {
          onelinkId: 'A1b3',
          shortlinkId: derivedIdOfCreate,
          shortUrl: `https://acme.onelink.me/${derivedKey}`,
          expiresAt: '2026-04-01T10:00:05Z',
          version: 1,
        },
      },
    ]);
    expect(world.ledger.links.get(derivedKey)).toMatchObject({
      source: 'crm',
      requestId: 'r-1',
      state: 'live',
      pid: 'sms',
      campaign: 'spring',
      version: 1,
      expiresAt: Date.parse('2026-04-01T10:00:05Z') / 1000,
    });
    expect(world.ledger.links.get(derivedKey)).not.toHaveProperty('data');
  });

  it('gets its expiry from its own TTL', async ({ world }) => {
    await world.deliver({ body: { ...create, ttl: '2h', renewTtl: false } });
    expect(world.outcomes[0]?.link?.expiresAt).toBe('2026-03-01T12:00:05Z');
    expect(world.ledger.links.get(derivedKey)).toMatchObject({ ttlSeconds: 7_200, renewTtl: false });
  });

  it('with keepUntil has it in its record, and requires a TTL of at least two weeks', async ({ world }) => {
    const kept = { ...create, keepUntil: '2028-01-01T00:00:00Z' };
    await world.deliver({ body: { ...kept, ttl: '13d' } }, { body: { ...kept, ttl: '14d' } });
    expect(world.outcomes[0]?.faults).toEqual([
      {
        path: 'ttl',
        rule: 'keep',
        message: 'requires a TTL of at least 14 days if keepUntil is after the end of the TTL',
      },
    ]);
    expect(world.ledger.links.get(derivedKey)?.keepUntil).toBe(Date.parse('2028-01-01T00:00:00Z') / 1000);
  });

  it('adopts its own link if the answer was lost after the API made it', async ({ world }) => {
    world.api.spoil('create', { kind: 'reset-after' });
    await world.deliver({ body: { ...create, brandDomain: 'go.acme.example' } });
    expect(world.api.calls).toEqual(['create', 'read']);
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.outcomes[0]?.link?.shortUrl).toBe(`https://go.acme.example/${derivedKey}`);
  });

  it('adopts the link of a faster copy after a 409', async ({ world }) => {
    world.api.links.set(derivedKey, { data: { pid: 'as the API keeps it' }, expiresAt: 1_780_000_000 });
    await world.deliver({ body: create });
    expect(world.api.calls).toEqual(['create', 'read']);
    expect(world.outcomes[0]?.link?.expiresAt).toBe('2026-05-28T20:26:40Z');
  });

  it.each([
    ['posts the same ID again if the lost POST made no link', [lost], 1, 'done', ['create', 'read', 'create']],
    [
      'returns after three lost answers',
      [lost, lost, lost],
      1,
      'try-again',
      ['create', 'read', 'create', 'read', 'create'],
    ],
    ['returns if a 404 follows a 409', [taken], 1, 'try-again', ['create', 'read']],
    ['sends a GET first on a redelivery, and posts only after a 404', [], 2, 'done', ['read', 'create']],
  ])('%s', async (_, faults, receiveCount, disposition, calls) => {
    const world = new LinkWorld();
    world.api.spoil('create', ...faults);
    expect(await world.deliver({ body: create, receiveCount })).toEqual([disposition]);
    expect(world.api.calls).toEqual(calls);
    expect([...world.api.links.keys()]).toEqual(disposition === 'done' ? [derivedKey] : []);
    expect(world.outcomeKinds).toEqual(disposition === 'done' ? ['created'] : []);
  });
});

describe('a create that crashed', () => {
  it.each<[step: string, fail: (world: LinkWorld) => void, calls: string[]]>([
    ['its POST is verified with a GET', ({ ledger }) => ledger.failNext.add('addLink'), ['create', 'read']],
    ['its link record is answered from it', ({ ledger }) => ledger.failNext.add('rememberRequest'), ['create']],
    ['its request record publishes it, not as a repeat', ({ failNext }) => failNext.add('publish'), ['create']],
  ])('after %s', async (_, fail, calls) => {
    const world = new LinkWorld();
    fail(world);
    expect(await world.deliver({ body: create })).toEqual(['try-again']);
    expect(await world.deliver({ body: create, receiveCount: 2 })).toEqual(['done']);
    expect(world.api.calls).toEqual(calls);
    expect(world.outcomeKinds).toEqual(['created']);
  });

  it('after its outcome sends the missing QR job', async ({ world }) => {
    const withQr = { ...create, qr: { size: 600, margin: true } };
    world.failNext.add('enqueue');
    expect(await world.deliver({ body: withQr })).toEqual(['try-again']);
    expect(await world.deliver({ body: withQr, receiveCount: 2 })).toEqual(['done']);
    expect(world.api.calls).toEqual(['create']);
    const qr = { size: 600, format: 'png', margin: true };
    expect(world.qrJobs).toMatchObject([{ requestId: 'r-1', action: 'create', shortlinkId: derivedIdOfCreate, qr }]);
  });

  it('ends as `created` without making the link again if the link was deleted since', async ({ world }) => {
    world.ledger.failNext.add('rememberRequest');
    await world.deliver({ body: create });
    await world.deliver({ body: { ...remove, shortlinkId: derivedIdOfCreate }, messageId: 'm-2' });
    await world.deliver({ body: create, receiveCount: 2 });
    expect(world.outcomeKinds).toEqual(['deleted', 'created']);
    expect(world.api.links.size).toBe(0);
  });
});

describe('a create with a chosen ID', () => {
  it('sends a GET first, and posts if the ID is free', async ({ world }) => {
    await world.deliver({ body: chosen });
    expect(world.api.calls).toEqual(['read', 'create']);
    expect(world.outcomes[0]?.link?.shortUrl).toBe('https://acme.onelink.me/A1b3/spring');
  });

  it.each([
    ['adopts an existing link that equals the request', create.data, '2026-03-31T10:00:00Z', 'v2.0', 'created'],
    [
      'does not adopt a link that expires later than its own could',
      create.data,
      '2026-04-02T10:00:00Z',
      'v2.0',
      'conflict',
    ],
    ['is a conflict if the ID belongs to another link', { pid: 'someone' }, '2026-03-31T10:00:00Z', 'v2.0', 'conflict'],
    [
      'is a conflict if the link was made outside the API',
      create.data,
      '2026-03-31T10:00:00Z',
      'dashboard',
      'conflict',
    ],
  ] as const)('%s, without spending quota', async (_, data, expiry, api, outcome) => {
    const world = new LinkWorld();
    world.api.links.set(spring, { data, expiresAt: Date.parse(expiry) / 1000, api });
    await world.deliver({ body: chosen });
    expect(world.api.calls).toEqual(['read']);
    expect(world.outcomes).toMatchObject([
      { outcome, ...(outcome === 'conflict' && { reason: 'shortlink-id-taken' }) },
    ]);
  });

  it('is a conflict without a call if the ledger has another live link there, even an equal one', async ({ world }) => {
    await world.deliver({ body: chosen });
    await world.deliver({ body: { ...chosen, requestId: 'r-2' }, messageId: 'm-2' });
    expect(world.api.calls).toEqual(['read', 'create']);
    expect(world.outcomeKinds).toEqual(['created', 'conflict']);
  });

  it.each([
    ['derive', undefined, 'created'],
    ['reject', 'derive', 'created'],
    ['derive', 'reject', 'conflict'],
  ] as const)('gets a derived ID as the command asks, or else the lane: lane %s, command %s', async (...row) => {
    const [lane, onConflict, outcome] = row;
    const world = new LinkWorld({ CONFLICT_POLICY: lane });
    world.api.links.set(spring, { data: { pid: 'someone' }, expiresAt: 1_780_000_000 });
    await world.deliver({ body: { ...chosen, onConflict } });
    expect(world.api.calls).toEqual(outcome === 'created' ? ['read', 'create'] : ['read']);
    const link = { shortlinkId: derivedIdOfCreate };
    expect(world.outcomes).toMatchObject([{ outcome, ...(outcome === 'created' && { link }) }]);
  });

  it('may use the address of an expired link', async ({ world }) => {
    await world.deliver({ body: { ...chosen, ttl: '10m' } });
    world.now += 3 * 86_400_000;
    world.api.links.clear();
    await world.deliver({ body: { ...chosen, requestId: 'r-2' }, messageId: 'm-2' });
    expect(world.outcomeKinds).toEqual(['created', 'created']);
    expect(world.ledger.links.get(spring)).toMatchObject({ requestId: 'r-2', version: 2 });
  });
});

describe('a create that the API refuses', () => {
  it('is rejected, archived and recorded if its request is invalid', async ({ world }) => {
    world.api.spoil('create', invalid);
    await world.deliver({ body: create });
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'refused-by-api' }]);
    expect(world.rejected).toMatchObject([{ messageId: 'm-1', faults: [{ rule: 'api-400-invalid-parameter' }] }]);

    await world.deliver({ body: create, messageId: 'm-2' });
    expect(world.api.calls).toEqual(['create']);
    expect(world.outcomeKinds).toEqual(['rejected', 'rejected*']);
  });

  it.each([
    ['is parked if the quota is spent', quotaSpent, 'done', ['r-1', 'r-2']],
    ['waits if the account is blocked', { kind: 'status', status: 401 }, 'account-blocked', []],
  ] as const)('%s, and so is the rest of the batch, without another call', async (_, fault, disposition, parked) => {
    const world = new LinkWorld({ CALLS_IN_FLIGHT: 1 });
    world.api.spoil('create', fault);
    expect(await world.deliver(...creates(2), { body: 'not JSON' })).toEqual([disposition, disposition, 'done']);
    expect(world.api.calls).toEqual(['create']);
    expect(world.parked.map(({ requestId }) => requestId)).toEqual(parked);
  });

  it('stops the batch after ten calls in a row without a usable answer', async () => {
    const world = new LinkWorld({ CALLS_IN_FLIGHT: 1 });
    world.api.isReachable = false;
    expect(new Set(await world.deliver(...creates(20)))).toEqual(new Set(['try-again', 'api-outage']));
    expect(world.api.calls).toHaveLength(10);
  });
});

describe('the claim of a chosen ID', () => {
  const other = { source: 'crm', requestId: 'other', token: 'another attempt', expiresAt: 1_800_000_000 };
  const nowSeconds = Date.parse('2026-03-01T10:00:05Z') / 1000;

  it('is taken before the POST, and blocks other creates while it runs', async ({ world }) => {
    world.ledger.claims.set(spring, { ...other, until: nowSeconds + 60 });
    expect(await world.deliver({ body: chosen })).toEqual(['try-again']);
    expect(world.api.calls).toEqual(['read']);

    world.now += 90_000;
    expect(await world.deliver({ body: chosen, receiveCount: 2 })).toEqual(['done']);
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.ledger.claims.get(spring)).toMatchObject({ requestId: 'r-1', until: nowSeconds + 90 + 90 });
  });

  it('does not block a new create after its link was made and deleted', async ({ world }) => {
    await world.deliver({ body: chosen });
    await world.deliver({ body: remove });
    await world.deliver({ body: { ...chosen, requestId: 'r-2', requestedAt: '2026-03-01T10:00:04Z' } });
    expect(world.outcomeKinds).toEqual(['created', 'deleted', 'created']);
  });

  it('is released by a create that the API refuses', async ({ world }) => {
    world.api.spoil('create', invalid);
    await world.deliver({ body: chosen });
    expect(world.outcomeKinds).toEqual(['rejected']);
    expect(world.ledger.claims.get(spring)?.until).toBe(0);
  });

  it('makes an update wait for its source’s create, after any number of deliveries', async ({ world }) => {
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: chosen });
    world.now += 3_600_000;
    expect(await world.deliver({ body: update, receiveCount: 12 })).toEqual(['try-again']);
    await world.deliver({ body: chosen, receiveCount: 2 });
    expect(await world.deliver({ body: update, receiveCount: 13 })).toEqual(['done']);
    expect(world.outcomeKinds).toEqual(['created', 'updated']);
  });

  it('shows which link a create with another outcome must compensate', async ({ world }) => {
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: chosen });
    // A late copy ends as `stale`, before it can see the POST.
    const late = { ...chosen, validUntil: '2026-03-01T10:00:04Z' };
    world.api.spoil('read', { kind: 'status', status: 404, errorType: 'invalid_parameter' });
    await world.deliver({ body: late, messageId: 'm-2' });
    expect(world.outcomeKinds).toEqual(['stale']);

    await world.deliver({ body: chosen, receiveCount: 2 });
    expect(world.api.links.size).toBe(0);
  });
});
