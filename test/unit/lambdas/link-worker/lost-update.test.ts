import { beforeEach, describe, expect, it } from 'vitest';
import { update as change, chosen, LinkWorld, spring } from '../../../world/link-world.ts';

const day = 86_400;
const made = { ...chosen, ttl: '60d' };
/** An update with the same data. Each test adds its change. */
const update = { ...change, data: chosen.data };

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
  it.each([
    ['changes the TTL alone', { ttl: '1d' }, { ttlSeconds: day }],
    ['lengthens the TTL alone', { ttl: '90d' }, { ttlSeconds: 90 * day }],
    ['ends the renewals alone', { renewTtl: false }, { renewTtl: false }],
  ])('When it %s, Then it ends as `updated` once the API has the change', async (_, change, held) => {
    world.api.spoil('update', lost);
    await deliverUntilDone({ ...update, ...change });
    expect(world.outcomeKinds).toEqual(['updated']);
    const { expiresAt, ...atApi } = world.api.links.get(spring) ?? expect.fail('no link');
    expect(atApi).toMatchObject(held);
    expect(world.ledger.links.get(spring)).toMatchObject({ ...held, expiresAt });
  });

  it('When it changes the brand domain alone, Then the API and the outcome have the new domain', async () => {
    world.api.spoil('update', lost);
    await deliverUntilDone({ ...update, brandDomain: 'go.acme.example' });
    const shortUrl = 'https://go.acme.example/A1b3/spring';
    expect(world.outcomes).toMatchObject([{ outcome: 'updated', link: { shortUrl } }]);
    expect(world.api.links.get(spring)).toMatchObject({ brandDomain: 'go.acme.example' });
  });

  it('When every answer is lost, Then it does not end as `updated`', async () => {
    world.api.spoil('update', { ...lost, times: 100 });
    await deliverUntilDone({ ...update, ttl: '1d' });
    expect(world.outcomeKinds).toEqual([]);
    expect(world.api.links.get(spring)).toMatchObject({ ttlSeconds: 60 * day });
  });
});

describe('Given an update that the API applied and whose answer was lost', () => {
  it.each([
    ['a GET shows its change of the TTL, Then no second PUT is sent', { ttl: '1d' }, { ttlSeconds: day }, 1],
    [
      'a GET shows its change of the data, Then no second PUT is sent',
      { data: { pid: 'print' } },
      { data: { pid: 'print' } },
      1,
    ],
    ['no GET shows its end of the renewals, Then a second PUT is sent', { renewTtl: false }, { renewTtl: false }, 2],
    [
      'no GET shows its brand domain, Then a second PUT is sent',
      { brandDomain: 'go.acme.example' },
      { brandDomain: 'go.acme.example' },
      2,
    ],
  ])('When %s', async (_, change, held, puts) => {
    world.api.spoil('update', answerLost);
    await deliverUntilDone({ ...update, ...change });
    expect(world.outcomeKinds).toEqual(['updated']);
    expect(world.api.calls.filter((call) => call === 'update')).toHaveLength(puts);
    expect(world.api.links.get(spring)).toMatchObject(held);
  });

  it.each([
    { kind: 'hang', when: 'after' },
    { kind: 'error-after', status: 503 },
    { kind: 'truncated' },
    { kind: 'not-json' },
  ] as const)('When the answer is spoilt in another way ($kind), Then one PUT is enough too', async (fault) => {
    world.api.spoil('update', fault);
    await deliverUntilDone({ ...update, ttl: '1d' });
    expect(world.outcomeKinds).toEqual(['updated']);
    expect(world.api.calls.filter((call) => call === 'update')).toHaveLength(1);
    expect(world.api.links.get(spring)).toMatchObject({ ttlSeconds: day });
  });
});
