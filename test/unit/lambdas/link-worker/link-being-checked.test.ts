import { beforeEach, describe, expect, it } from 'vitest';
import { dataDigest } from '../../../../lambdas/domain/link/digest.ts';
import type { Removal } from '../../../../lambdas/domain/link/removal.ts';
import { expiryIntake } from '../../../../lambdas/expiry-intake/expiry-intake.ts';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import { create, LinkWorld, linkIdSecret } from '../../../world/link-world.ts';

const key = 'A1b3/poster';
const data = { pid: 'print' };
/** 2026-03-01T10:00:00Z, the commands' `requestedAt`. */
const asked = 1_772_359_200;
const day = 86_400;
const marked = givenLinkAt('poster', {
  requestId: 'made',
  pid: 'print',
  dataDigest: dataDigest(linkIdSecret, data),
  applied: { requestedAt: '2026-02-01T00:00:00Z', requestId: 'made' },
  expiresAt: asked - 60,
  expiryCheck: { token: 'removal-1', lostAt: asked + 15 * day },
});
const command = { specVersion: '1.0', source: 'crm', onelinkId: 'A1b3', shortlinkId: 'poster' };
const change = { ...command, requestId: 'later', requestedAt: '2026-03-01T10:00:00Z' };
const update = { ...change, action: 'update', data: { pid: 'mail' } };
const remove = { ...change, action: 'delete' };

describe('a command for a link under an expiry check', () => {
  let world: LinkWorld;
  beforeEach(() => {
    world = new LinkWorld();
    world.ledger.links.set(key, structuredClone(marked));
  });
  const atApi = (expiresAt: number, held: Record<string, string> = data) =>
    void world.api.links.set(key, { data: held, expiresAt });

  it('an update runs after a GET finds the link live, and removes the mark', async () => {
    atApi(asked + 20 * day);
    expect(await world.deliver({ body: update })).toEqual(['done']);
    expect(world.api.calls).toEqual(['read', 'update']);
    expect(world.outcomes).toMatchObject([{ outcome: 'updated', link: { version: 2 } }]);
    expect(world.ledger.links.get(key)).not.toHaveProperty('expiryCheck');
  });

  it('an update whose check has waited for days never ends as `not-owner`', async () => {
    // Given a link that clicks keep live, whose record the TTL has removed
    const { expiryCheck: _, ...record } = marked;
    world.ledger.links.delete(key);
    atApi(asked + 20 * day);
    const intake = expiryIntake(
      { CHECK_LOST_AFTER_DAYS: 15 },
      {
        ledger: world.ledger,
        checks: { ask: async () => {} },
        removalIn: (body) => JSON.parse(body) as Removal,
        observer: { count: () => {}, milliseconds: () => {}, level: () => {}, info: () => {}, warn: () => {} },
        clock: { wallMilliseconds: () => asked * 1000, monotonicMilliseconds: () => 0, sleep: async () => {} },
      },
    );
    await intake([JSON.stringify({ record, token: 'removal-1' } satisfies Removal)]);

    // When its source updates it before the expiry worker has checked it
    await world.deliver({ body: update, receiveCount: 9 });

    // Then it is updated
    expect(world.outcomes).toMatchObject([{ outcome: 'updated', link: { version: 2 } }]);
  });

  it('an update of a kept link under an early check sends a GET too', async () => {
    world.ledger.links.set(key, { ...marked, keepUntil: asked + 400 * day, expiresAt: asked + 7 * day });
    atApi(asked + 7 * day);
    await world.deliver({ body: update });
    expect(world.api.calls).toEqual(['read', 'update']);
    expect(world.ledger.links.get(key)).not.toHaveProperty('expiryCheck');
  });

  it('an update is rejected as `link-expired` after a 404, and leaves the record to the check', async () => {
    await world.deliver({ body: update });
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'link-expired' }]);
    expect(world.ledger.links.get(key)).toEqual(marked);
  });

  it('a delete leaves its tombstone, without the mark', async () => {
    atApi(asked + 20 * day);
    await world.deliver({ body: remove });
    expect(world.outcomes).toMatchObject([{ outcome: 'deleted' }]);
    const held = world.ledger.links.get(key);
    expect(held?.state).toBe('deleted');
    expect(held).not.toHaveProperty('expiryCheck');
  });

  it('an update that gets a 404 leaves a record that the TTL removes at once', async () => {
    atApi(asked + 20 * day);
    world.api.spoil('update', { kind: 'status', status: 404, errorType: 'invalid_parameter' });
    await world.deliver({ body: update });
    expect(world.ledger.links.get(key)).not.toHaveProperty('expiryCheck');
    expect(world.ledger.links.get(key)?.expiresAt).toBeLessThanOrEqual(world.now / 1000);
  });

  it('a change that is not applied leaves the mark, so the check continues', async () => {
    atApi(asked + 20 * day);
    world.api.spoil('update', { kind: 'status', status: 409 });
    expect(await world.deliver({ body: update })).toEqual(['try-again']);
    expect(world.ledger.links.get(key)).toEqual(marked);
  });

  it('a code is drawn', async () => {
    await world.deliver({ body: { ...change, action: 'qr' } });
    expect(world.qrJobs).toHaveLength(1);
  });

  it('a create under a chosen ID gets the address if the API has it free', async () => {
    await world.deliver({ body: { ...create, ...command, data: { pid: 'new' }, requestId: 'new' } });
    expect(world.outcomes).toMatchObject([{ outcome: 'created', link: { shortlinkId: 'poster', version: 2 } }]);
    expect(world.ledger.links.get(key)).toMatchObject({ requestId: 'new' });
    expect(world.ledger.links.get(key)).not.toHaveProperty('expiryCheck');
  });

  it('a create under a chosen ID ends as `conflict` while the link is live', async () => {
    atApi(asked + 20 * day);
    await world.deliver({ body: { ...create, ...command, requestId: 'new' } });
    expect(world.outcomes).toMatchObject([{ outcome: 'conflict', reason: 'shortlink-id-taken' }]);
    expect(world.ledger.links.get(key)).toEqual(marked);
  });

  it('a command of another source ends as `not-owner`', async () => {
    atApi(asked + 20 * day);
    await world.deliver({ body: { ...update, source: 'studio' } });
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'not-owner' }]);
  });
});

describe('a command for a live link whose removal by the TTL is still in the stream', () => {
  let world: LinkWorld;
  const made = { ...create, requestId: 'made', shortlinkId: 'poster', data };
  const madeOnce = async (body: object) => {
    await world.deliver({ body });
    world.ledger.links.clear();
    world.outcomes.length = 0;
  };
  beforeEach(() => {
    world = new LinkWorld();
  });

  it.each([
    ['update', { ...update, requestedAt: '2026-03-01T10:00:02Z' }],
    ['delete', { ...remove, requestedAt: '2026-03-01T10:00:02Z' }],
    ['qr', { ...change, action: 'qr' }],
  ])(
    '%s: Given that its source made it under a chosen ID, When it is delivered for hours, Then it waits',
    async (_, body) => {
      await madeOnce(made);
      for (const receiveCount of [8, 12, 16]) {
        expect(await world.deliver({ body, receiveCount })).toEqual(['try-again']);
      }
      expect(world.outcomes).toEqual([]);
    },
  );

  it('Given a record that is restored, When the update is delivered again, Then it is applied', async () => {
    await madeOnce(made);
    await world.deliver({ body: update, receiveCount: 15 });
    world.ledger.links.set(key, structuredClone(marked));
    expect(await world.deliver({ body: { ...update }, receiveCount: 16 })).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'updated' }]);
  });

  it('Given a record that is never restored, When the command has waited for 17 deliveries, Then it is not a dead letter', async () => {
    await madeOnce(made);
    expect(await world.deliver({ body: update, receiveCount: 17 })).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'not-owner' }]);
  });

  it('Given a link of another source, When the command is delivered eight times, Then it ends as `not-owner`', async () => {
    await madeOnce(made);
    expect(await world.deliver({ body: { ...update, source: 'studio' }, receiveCount: 8 })).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'not-owner' }]);
  });

  it('Given its source’s create under another ID, When the command is delivered eight times, Then it ends as `not-owner`', async () => {
    world.api.links.set(key, { data: { pid: 'other' }, expiresAt: asked + 20 * day });
    await madeOnce({ ...made, onConflict: 'derive' });
    expect(await world.deliver({ body: update, receiveCount: 8 })).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'not-owner' }]);
  });
});
