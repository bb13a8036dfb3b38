import { beforeEach, describe, expect, it } from 'vitest';
import { create, LinkWorld } from '../../../world/link-world.ts';

const day = 86_400;
const key = 'A1b3/poster';
const made = { ...create, shortlinkId: 'poster', ttl: '60d' };
/** An update with the same data. Each test adds its change. */
const update = { ...made, requestId: 'u-1', action: 'update', ttl: undefined, requestedAt: '2026-03-01T10:00:02Z' };

const lost = { kind: 'status', status: 503 } as const;
const answerLost = { kind: 'reset-after' } as const;

let world: LinkWorld;
beforeEach(async () => {
  world = new LinkWorld();
  await world.deliver({ body: made });
  world.outcomes.length = 0;
});

/** Delivers the update until it is done, each time after its lease has ended. */
async function deliverUntilDone(body: object): Promise<void> {
  for (let receiveCount = 1; receiveCount <= 5; receiveCount++) {
    const [disposition] = await world.deliver({ body, messageId: 'm-2', receiveCount });
    if (disposition === 'done') return;
    world.now += 120_000;
    world.control.setRecord(world.now);
  }
}

describe('Given an update whose PUT was lost before it took effect', () => {
  it('When it changes the TTL alone, Then it ends as `updated` once the API has the new TTL', async () => {
    world.api.spoil('update', lost);
    await deliverUntilDone({ ...update, ttl: '1d' });
    expect(world.outcomeKinds).toEqual(['updated']);
    expect(world.api.links.get(key)).toMatchObject({ ttlSeconds: day });
    expect(world.ledger.links.get(key)).toMatchObject({
      ttlSeconds: day,
      expiresAt: world.api.links.get(key)?.expiresAt,
    });
  });

  it('When it lengthens the TTL alone, Then the API has the new TTL too', async () => {
    world.api.spoil('update', lost);
    await deliverUntilDone({ ...update, ttl: '90d' });
    expect(world.outcomeKinds).toEqual(['updated']);
    expect(world.api.links.get(key)).toMatchObject({ ttlSeconds: 90 * day });
  });

  it('When it ends the renewals alone, Then it ends as `updated` once the API has `renew_ttl` false', async () => {
    world.api.spoil('update', lost);
    await deliverUntilDone({ ...update, renewTtl: false });
    expect(world.outcomeKinds).toEqual(['updated']);
    expect(world.api.links.get(key)).toMatchObject({ renewTtl: false });
  });

  it('When it changes the brand domain alone, Then the API and the outcome have the new domain', async () => {
    world.api.spoil('update', lost);
    await deliverUntilDone({ ...update, brandDomain: 'go.acme.example' });
    expect(world.outcomes).toMatchObject([
      { outcome: 'updated', link: { shortUrl: 'https://go.acme.example/A1b3/poster' } },
    ]);
    expect(world.api.links.get(key)).toMatchObject({ brandDomain: 'go.acme.example' });
  });

  it('When every answer is lost, Then it does not end as `updated`', async () => {
    world.api.spoil('update', { ...lost, times: 100 });
    await deliverUntilDone({ ...update, ttl: '1d' });
    expect(world.outcomeKinds).toEqual([]);
    expect(world.api.links.get(key)).toMatchObject({ ttlSeconds: 60 * day });
  });
});

describe('Given an update that the API applied and whose answer was lost', () => {
  it.each([
    ['the TTL', { ttl: '1d' }],
    ['the data', { data: { pid: 'print' } }],
  ])('When a GET shows its change (%s), Then no second PUT is sent', async (_, change) => {
    world.api.spoil('update', answerLost);
    await deliverUntilDone({ ...update, ...change });
    expect(world.outcomeKinds).toEqual(['updated']);
    expect(world.api.calls.filter((call) => call === 'update')).toHaveLength(1);
  });

  it.each([
    ['the renewals', { renewTtl: false }, { renewTtl: false }],
    ['the brand domain', { brandDomain: 'go.acme.example' }, { brandDomain: 'go.acme.example' }],
  ])('When no GET shows its change (%s), Then the PUT is sent once more', async (_, change, held) => {
    world.api.spoil('update', answerLost);
    await deliverUntilDone({ ...update, ...change });
    expect(world.outcomeKinds).toEqual(['updated']);
    expect(world.api.calls.filter((call) => call === 'update')).toHaveLength(2);
    expect(world.api.links.get(key)).toMatchObject(held);
  });

  it('When the answer never comes, Then a time-out counts as a lost answer, as a reset does', async () => {
    world.api.spoil('update', { kind: 'hang', when: 'after' });
    await deliverUntilDone({ ...update, ttl: '1d' });
    expect(world.outcomeKinds).toEqual(['updated']);
    expect(world.api.links.get(key)).toMatchObject({ ttlSeconds: day });
  });

  it.each([{ kind: 'error-after', status: 503 }, { kind: 'truncated' }, { kind: 'not-json' }] as const)(
    'When the answer is spoilt in another way ($kind), Then one PUT is enough too',
    async (fault) => {
      world.api.spoil('update', fault);
      await deliverUntilDone({ ...update, ttl: '1d' });
      expect(world.outcomeKinds).toEqual(['updated']);
      expect(world.api.calls.filter((call) => call === 'update')).toHaveLength(1);
    },
  );
});
