import { beforeEach, describe, expect, it } from 'vitest';
import { dataDigest } from '../../../../lambdas/domain/link/digest.ts';
import type { Removal } from '../../../../lambdas/domain/link/removal.ts';
import { expiryIntake } from '../../../../lambdas/expiry-intake/expiry-intake.ts';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import { chosen, LinkWorld, linkIdSecret, qr, remove, spring, update } from '../../../world/link-world.ts';
import { silentObserver, stillClock } from '../../../world/stillness.ts';

const data = { pid: 'print' };
/** 2026-03-01T10:00:00Z, the commands' `requestedAt`. */
const asked = 1_772_359_200;
const day = 86_400;
const marked = givenLinkAt('spring', {
  requestId: 'made',
  pid: 'print',
  dataDigest: dataDigest(linkIdSecret, data),
  applied: { requestedAt: '2026-02-01T00:00:00Z', requestId: 'made' },
  expiresAt: asked - 60,
  expiryCheck: { token: 'removal-1', lostAt: asked + 15 * day },
});
describe('a command for a link under an expiry check', () => {
  let world: LinkWorld;
  beforeEach(() => {
    world = new LinkWorld();
    world.ledger.links.set(spring, structuredClone(marked));
  });
  const atApi = (expiresAt: number, held: Record<string, string> = data) =>
    void world.api.links.set(spring, { data: held, expiresAt });

  it.each([
    ['a link', marked],
    ['a kept link under an early check', { ...marked, keepUntil: asked + 400 * day, expiresAt: asked + 7 * day }],
  ])('an update of %s runs after a GET finds the link live, and removes the mark', async (_, record) => {
    world.ledger.links.set(spring, structuredClone(record));
    atApi(asked + 7 * day);
    expect(await world.deliver({ body: update })).toEqual(['done']);
    expect(world.api.calls).toEqual(['read', 'update']);
    expect(world.outcomes).toMatchObject([{ outcome: 'updated', link: { version: 2 } }]);
    expect(world.ledger.links.get(spring)).not.toHaveProperty('expiryCheck');
  });

  it('an update whose check has waited for days never ends as `not-owner`', async () => {
    // Given a link that clicks keep live, whose record the TTL has removed
    const { expiryCheck: _, ...record } = marked;
    world.ledger.links.delete(spring);
    atApi(asked + 20 * day);
    const intake = expiryIntake(
      { CHECK_LOST_AFTER_DAYS: 15 },
      {
        ledger: world.ledger,
        checks: { enqueue: async () => {} },
        removalIn: (body) => JSON.parse(body) as Removal,
        observer: silentObserver,
        clock: stillClock(asked * 1000),
      },
    );
    await intake([JSON.stringify({ record, token: 'removal-1' } satisfies Removal)]);

    // When its source updates it before the expiry worker has checked it
    await world.deliver({ body: update, receiveCount: 9 });

    // Then it is updated
    expect(world.outcomes).toMatchObject([{ outcome: 'updated', link: { version: 2 } }]);
  });

  it('a delete leaves its tombstone, without the mark', async () => {
    atApi(asked + 20 * day);
    await world.deliver({ body: remove });
    expect(world.outcomes).toMatchObject([{ outcome: 'deleted' }]);
    expect(world.ledger.links.get(spring)).toMatchObject({ state: 'deleted' });
    expect(world.ledger.links.get(spring)).not.toHaveProperty('expiryCheck');
  });

  it('an update that gets a 404 leaves a record that the TTL removes at once', async () => {
    atApi(asked + 20 * day);
    world.api.spoil('update', { kind: 'status', status: 404, errorType: 'invalid_parameter' });
    await world.deliver({ body: update });
    expect(world.ledger.links.get(spring)).not.toHaveProperty('expiryCheck');
    expect(world.ledger.links.get(spring)?.expiresAt).toBeLessThanOrEqual(world.now / 1000);
  });

  it('an update waits for another create’s record while the API shows that create’s data, eight deliveries long', async () => {
    atApi(asked + 20 * day, { pid: 'another' });
    expect(await world.deliver({ body: update, receiveCount: 7 })).toEqual(['try-again']);
    expect(await world.deliver({ body: update, receiveCount: 8 })).toEqual(['done']);
    expect(world.api.calls).toEqual(['read', 'read', 'update']);
  });

  it('a change that is not applied leaves the mark, so the check continues', async () => {
    atApi(asked + 20 * day);
    world.api.spoil('update', { kind: 'status', status: 409 });
    expect(await world.deliver({ body: update })).toEqual(['try-again']);
    expect(world.ledger.links.get(spring)).toEqual(marked);
  });

  it('a code is drawn', async () => {
    await world.deliver({ body: qr });
    expect(world.qrJobs).toHaveLength(1);
  });

  it('a create under a chosen ID gets the address if the API has it free', async () => {
    await world.deliver({ body: { ...chosen, data: { pid: 'new' }, requestId: 'new' } });
    expect(world.outcomes).toMatchObject([{ outcome: 'created', link: { shortlinkId: 'spring', version: 2 } }]);
    expect(world.ledger.links.get(spring)).toMatchObject({ requestId: 'new' });
    expect(world.ledger.links.get(spring)).not.toHaveProperty('expiryCheck');
  });

  it.each([
    ['an update that gets a 404 before its PUT', update, undefined, { outcome: 'rejected', reason: 'link-expired' }],
    ['a create under a chosen ID', { ...chosen, requestId: 'new' }, day, { outcome: 'conflict' }],
    ['a command of another source', { ...update, source: 'studio' }, day, { outcome: 'rejected', reason: 'not-owner' }],
  ])('%s ends without a change of the record, and leaves it to the check', async (_, body, lives, outcome) => {
    if (lives !== undefined) atApi(asked + lives);
    await world.deliver({ body });
    expect(world.outcomes).toMatchObject([outcome]);
    expect(world.ledger.links.get(spring)).toEqual(marked);
  });
});

describe('a command for a live link whose removal by the TTL is still in the stream', () => {
  let world: LinkWorld;
  const made = { ...chosen, requestId: 'made', data };
  const madeOnce = async (body: object) => {
    await world.deliver({ body });
    world.ledger.links.clear();
    world.outcomes.length = 0;
  };
  beforeEach(() => {
    world = new LinkWorld();
  });

  it.each([
    ['update', update],
    ['delete', remove],
    ['qr', qr],
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
    world.ledger.links.set(spring, structuredClone(marked));
    expect(await world.deliver({ body: { ...update }, receiveCount: 16 })).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'updated' }]);
  });

  it.each([
    ['a record that is never restored', {}, update, 17],
    ['a link of another source', {}, { ...update, source: 'studio' }, 8],
    ['its source’s create under another ID', { onConflict: 'derive' }, update, 8],
  ])(
    'Given %s, When it was delivered often enough, Then it ends as `not-owner`',
    async (_, how, body, receiveCount) => {
      if ('onConflict' in how) world.api.links.set(spring, { data: { pid: 'other' }, expiresAt: asked + 20 * day });
      await madeOnce({ ...made, ...how });
      expect(await world.deliver({ body, receiveCount })).toEqual(['done']);
      expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'not-owner' }]);
    },
  );
});
