import { test as base, describe, expect } from 'vitest';
import { wireJson } from '../../../../lambdas/domain/contract/wire-json.ts';
import type { LaneControl } from '../../../../lambdas/domain/control/control-record.ts';
import { subjectDigest } from '../../../../lambdas/domain/link/digest.ts';
import { chosen, get, LinkWorld, linkIdSecret, remove, spring, update } from '../../../world/link-world.ts';

const day = 86_400;
/** The end of a link with the default TTL, in epoch seconds. */
const madeEnd = Date.parse('2026-04-01T10:00:05Z') / 1000;

/** A world with the link `A1b3/spring` of crm, and nothing else that has happened. */
const it = base.extend('world', async () => givenLink());

async function givenLink(settings: ConstructorParameters<typeof LinkWorld>[0] = {}, body: object = chosen) {
  const world = new LinkWorld(settings);
  await world.deliver({ body });
  forget(world);
  return world;
}

function forget(world: LinkWorld): void {
  world.outcomes.splice(0);
  world.api.calls.splice(0);
  world.ledger.answered.clear();
  world.logs.splice(0);
}

const recordOf = (world: LinkWorld) => world.ledger.links.get(spring) ?? expect.fail('no record');

describe('a get of its source’s own link', () => {
  it('publishes the data, the TTL and the true expiry to the private topic alone', async ({ world }) => {
    // Given: a click that the ledger does not know
    world.now += 10 * day * 1000;
    world.api.click(spring);
    // When
    expect(await world.deliver({ body: { ...get, metadata: { ticket: '7' } } })).toEqual(['done']);
    // Then
    expect(world.privateOutcomes).toMatchObject([
      {
        outcome: 'found',
        action: 'get',
        source: 'crm',
        requestId: 'g-1',
        repeat: false,
        link: {
          onelinkId: 'A1b3',
          shortlinkId: 'spring',
          shortUrl: 'https://acme.onelink.me/A1b3/spring',
          expiresAt: '2026-04-11T10:00:05Z',
          version: 1,
          ttlSeconds: 31 * day,
        },
        data: { pid: 'sms', c: 'spring' },
        metadata: { ticket: '7' },
      },
    ]);
    expect(world.outcomes).toEqual([]);
    expect(world.api.calls).toEqual(['read']);
    expect(world.counts.get('LinkFound')).toBe(1);
  });

  it('leaves nothing in the ledger, the archive and the logs', async ({ world }) => {
    const before = structuredClone(world.ledger.links);
    await world.deliver({ body: get });
    expect(world.ledger.links).toEqual(before);
    expect(world.ledger.answered.size + world.rejected.length + world.parked.length).toBe(0);
    expect(JSON.stringify(world.logs)).not.toMatch(/spring|sms/);
    expect(world.logs).toMatchObject([{ fields: { requestId: 'g-1', outcome: 'found', calls: ['read ok'] } }]);
  });

  it('reads again for a repeat, whose answer has an ID of its own', async ({ world }) => {
    await world.deliver({ body: get }, { body: get });
    await world.deliver({ body: get, messageId: 'm-3' });
    expect(world.api.calls).toEqual(['read', 'read', 'read']);
    expect(world.privateOutcomes.map(({ repeat }) => repeat)).toEqual([false, false, false]);
    expect(new Set(world.privateOutcomes.map(({ outcomeId }) => outcomeId)).size).toBe(3);
  });

  it('that is delivered again has the same ID for the same content, and another one for other content', async ({
    world,
  }) => {
    await world.deliver({ body: get });
    await world.deliver({ body: get, receiveCount: 2 });
    world.now += day * 1000;
    world.api.click(spring);
    await world.deliver({ body: get, receiveCount: 3 });
    const [first, second, third] = world.privateOutcomes.map(({ outcomeId }) => outcomeId);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('shows what an update of the same batch has changed', async ({ world }) => {
    await world.deliver({ body: get }, { body: update });
    expect(world.privateOutcomes).toMatchObject([{ link: { version: 2 }, data: { pid: 'print', c: 'summer' } }]);
  });

  it('shows what another system has changed', async ({ world }) => {
    world.api.links.set(spring, { data: { pid: 'else', count: '7' }, expiresAt: madeEnd });
    await world.deliver({ body: get });
    expect(world.privateOutcomes).toMatchObject([{ outcome: 'found', data: { pid: 'else', count: '7' } }]);
  });

  it('ends as `not-found` if the API has no such link, and changes nothing', async ({ world }) => {
    world.api.links.clear();
    const before = structuredClone(world.ledger.links);
    await world.deliver({ body: get });
    expect(world.privateOutcomes).toMatchObject([
      { outcome: 'not-found', reason: 'link-not-found', link: { onelinkId: 'A1b3', shortlinkId: 'spring' } },
    ]);
    expect(world.outcomes).toEqual([]);
    expect(world.ledger.links).toEqual(before);
    expect(world.counts.get('LinkNotFound')).toBe(1);
  });

  it('ends as `not-found` without a call after a delete', async ({ world }) => {
    await world.deliver({ body: remove });
    forget(world);
    await world.deliver({ body: get });
    expect(world.privateOutcomes).toMatchObject([{ outcome: 'not-found', reason: 'link-deleted' }]);
    expect(world.api.calls).toEqual([]);
  });

  it('ends as `not-found` with the end of the link after its expiry', async ({ world }) => {
    world.now = (madeEnd + 60) * 1000;
    await world.deliver({ body: { ...get, requestedAt: '2026-04-01T10:00:00Z' }, sentAtMilliseconds: world.now });
    expect(world.privateOutcomes).toMatchObject([
      { outcome: 'not-found', reason: 'link-expired', link: { expiresAt: '2026-04-01T10:00:05Z' } },
    ]);
    expect(world.privateOutcomes[0]).not.toHaveProperty('data');
  });

  it('ends as `found` if clicks have kept the link live after its recorded expiry', async ({ world }) => {
    world.now += day * 1000;
    world.api.click(spring);
    world.ledger.links.set(spring, { ...recordOf(world), expiresAt: Math.floor(world.now / 1000) - 60 });
    await world.deliver({ body: get });
    expect(world.privateOutcomes).toMatchObject([{ outcome: 'found', link: { expiresAt: '2026-04-02T10:00:05Z' } }]);
  });

  it('waits if an ended link’s address shows other data, which may be another create’s', async ({ world }) => {
    world.ledger.links.set(spring, { ...recordOf(world), expiresAt: Math.floor(world.now / 1000) - 60 });
    world.api.links.set(spring, { data: { pid: 'of-another' }, expiresAt: madeEnd });
    expect(await world.deliver({ body: get })).toEqual(['try-again']);
    // The create of the other source records its link.
    world.ledger.links.set(spring, { ...recordOf(world), source: 'studio', requestId: 'r-9', expiresAt: madeEnd });
    await world.deliver({ body: get, receiveCount: 2 });
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'not-owner' }]);
    expect(world.privateOutcomes).toEqual([]);
  });

  it('ends as `rejected` if an outcome cannot hold the data', async ({ world }) => {
    world.api.links.set(spring, { data: { pid: 'sms', text: '\u{1F517}'.repeat(17_100) }, expiresAt: madeEnd });
    await world.deliver({ body: get });
    expect(world.outcomes).toMatchObject([
      { outcome: 'rejected', reason: 'data-too-large', faults: [{ rule: 'length' }] },
    ]);
    expect(JSON.stringify(world.outcomes)).not.toContain('\u{1F517}');
  });

  it('ends as `rejected` if the API refuses to show the link', async ({ world }) => {
    world.api.spoil('read', { kind: 'status', status: 400, errorType: 'invalid_source' });
    await world.deliver({ body: get });
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'made-elsewhere' }]);
  });

  it('fits into one message of SNS with the most that a command may hold', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`${index}${'\u{1F517}'.repeat(31)}`, '\u{1F517}'.repeat(128)]),
    );
    const data = { pid: 'sms', text: '\u{1F517}'.repeat(1_000) };
    const world = await givenLink({}, { ...chosen, data });
    await world.deliver({ body: { ...get, metadata } });
    expect(world.privateOutcomes).toMatchObject([{ outcome: 'found', data, metadata }]);
    expect(Buffer.byteLength(wireJson(world.privateOutcomes[0]))).toBeLessThan(256 * 1024);
  });
});

describe('a get of a link that is not its source’s', () => {
  it('ends as an update does, discloses nothing, and makes no call', async ({ world }) => {
    world.ledger.links.set(spring, { ...recordOf(world), source: 'studio' });
    await world.deliver({ body: update });
    await world.deliver({ body: get });
    const [ofUpdate, ofGet] = world.outcomes;
    expect(ofUpdate).toMatchObject({ outcome: 'rejected', reason: 'not-owner' });
    expect(ofGet).toMatchObject({ outcome: 'rejected', reason: 'not-owner' });
    expect(ofGet?.link).toEqual({ onelinkId: 'A1b3', shortlinkId: 'spring' });
    expect(world.api.calls).toEqual([]);
    expect(world.privateOutcomes).toEqual([]);
  });

  it('waits eight deliveries for the record of an unknown link, and makes no call', async () => {
    const world = new LinkWorld();
    world.api.links.set(spring, { data: { pid: 'of-another' }, expiresAt: madeEnd });
    for (let receiveCount = 1; receiveCount < 8; receiveCount++) {
      expect(await world.deliver({ body: get, receiveCount })).toEqual(['try-again']);
    }
    expect(await world.deliver({ body: get, receiveCount: 8 })).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'link-not-found' }]);
    expect(world.api.calls).toEqual([]);
  });
});

describe('a get', () => {
  it('of a producer without a private outcome queue is rejected, with the remedy', async ({ world }) => {
    await world.deliver({ body: { ...get, source: 'studio' } });
    expect(world.outcomes).toMatchObject([
      {
        outcome: 'rejected',
        reason: 'invalid-command',
        faults: [{ path: 'action', rule: 'private-outcomes', message: expect.stringContaining('privateOutcomeQueue') }],
      },
    ]);
    expect(world.api.calls).toEqual([]);
  });

  it('ends as `stale` after its validUntil, without a call', async ({ world }) => {
    await world.deliver({ body: { ...get, validUntil: '2026-03-01T10:00:04Z' } });
    expect(world.outcomes).toMatchObject([{ outcome: 'stale', reason: 'valid-until-passed' }]);
    expect(world.api.calls).toEqual([]);
    expect(world.ledger.answered.size).toBe(0);
  });

  it('is carried out while its lane parks and changes of its link are parked', async ({ world }) => {
    const lanes = { campaign: { state: 'parking', since: 1, reason: 'quota-exceeded' } as LaneControl };
    world.control.setRecord(world.now, { lanes, parkedAt: 1 });
    world.api.control.changeSettings({ quotaRemaining: 0 });
    await world.deliver({ body: update });
    await world.deliver({ body: get });
    expect(world.outcomes).toMatchObject([{ outcome: 'parked', requestId: 'u-1' }]);
    expect(world.privateOutcomes).toMatchObject([{ outcome: 'found', data: { pid: 'sms' } }]);
    expect(world.parked.map(({ requestId }) => requestId)).toEqual(['u-1']);
  });

  it.each([
    [
      'paused',
      { lanes: { campaign: { state: 'paused', reason: 'operator', since: 1 } as LaneControl } },
      'lane-paused',
    ],
    [
      'in an outage',
      { lanes: { campaign: { state: 'paused', reason: 'api-outage', since: 1 } as LaneControl } },
      'api-outage',
    ],
  ])('returns to its queue while its lane is %s', async (_, control, cause) => {
    const world = await givenLink();
    world.control.setRecord(world.now, control);
    expect(await world.deliver({ body: get })).toEqual([cause]);
    expect(world.api.calls).toEqual([]);
  });

  it.each([
    ['without an answer', { kind: 'reset-after' }, 'try-again'],
    ['with a failure', { kind: 'status', status: 503 }, 'try-again'],
    ['that is refused for a spent quota', { kind: 'status', status: 429, errorType: 'quota_exceeded' }, 'try-again'],
  ] as const)('%s returns to its queue, and is not parked', async (_, fault, cause) => {
    const world = await givenLink();
    world.api.spoil('read', ...Array.from({ length: 5 }, () => fault));
    expect(await world.deliver({ body: get })).toEqual([cause]);
    expect(world.outcomes.length + world.privateOutcomes.length + world.parked.length).toBe(0);
  });

  it.each([
    ['the read of the request', (world: LinkWorld) => world.ledger.failNext.add('requests')],
    ['the read of the link', (world: LinkWorld) => world.ledger.failNext.add('link')],
    [
      'the GET',
      (world: LinkWorld) =>
        world.api.spoil(
          'read',
          { kind: 'status', status: 503 },
          { kind: 'status', status: 503 },
          { kind: 'status', status: 503 },
        ),
    ],
    ['the publish', (world: LinkWorld) => world.failNext.add('publish')],
  ])('is answered once by the next delivery after a crash at %s', async (_, crash) => {
    const world = await givenLink();
    crash(world);
    expect(await world.deliver({ body: get })).toEqual(['try-again']);
    expect(world.privateOutcomes).toEqual([]);
    world.api.control.clearFaults();
    expect(await world.deliver({ body: get, receiveCount: 2 })).toEqual(['done']);
    expect(world.privateOutcomes).toMatchObject([{ outcome: 'found', data: { pid: 'sms' } }]);
    expect(world.outcomes).toEqual([]);
  });

  it('under the requestId of another command is rejected, and keeps nothing of that', async ({ world }) => {
    await world.deliver({ body: { ...chosen, shortlinkId: 'other', requestId: 'g-1' } });
    await world.deliver({ body: get });
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'rejected', reason: 'request-id-reused' });
    expect(world.privateOutcomes).toEqual([]);
  });
});

describe('a get of an erased person', () => {
  const subject = 'customer 7';

  it('is rejected without a call if the command names the person', async ({ world }) => {
    world.ledger.erasedAt.set(subjectDigest(linkIdSecret, subject), world.now);
    await world.deliver({ body: { ...get, subject, metadata: { note: 'hers' } }, sentAtMilliseconds: world.now - 1 });
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'subject-erased' }]);
    expect(world.outcomes[0]).not.toHaveProperty('metadata');
    expect(world.api.calls).toEqual([]);
    expect(world.ledger.answered.size + world.rejected.length).toBe(0);
  });

  it('is rejected without a call if the link was erased', async ({ world }) => {
    world.ledger.links.set(spring, { ...recordOf(world), erased: true });
    await world.deliver({ body: get });
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'subject-erased' }]);
    expect(world.api.calls).toEqual([]);
  });
});

describe('a get by version 1.0', () => {
  const v1 = { API_DIALECT: 'v1.0', MAX_TTL_DAYS: 31, QUOTA_FROM: 'own-count' } as const;

  it('has the data of the API, and the expiry and TTL of the ledger', async () => {
    const world = await givenLink(v1, { ...chosen, ttl: '14d' });
    await world.deliver({ body: get });
    expect(world.privateOutcomes).toMatchObject([
      { outcome: 'found', link: { expiresAt: '2026-03-15T10:00:05Z', ttlSeconds: 14 * day }, data: { pid: 'sms' } },
    ]);
  });

  it('ends as `not-found` if the link has certainly expired, although the API still shows it', async () => {
    const world = await givenLink(v1, { ...chosen, ttl: '1d', renewTtl: false });
    world.now += 25 * 3_600_000;
    await world.deliver({ body: { ...get, requestedAt: '2026-03-02T10:00:00Z' }, sentAtMilliseconds: world.now });
    expect(world.privateOutcomes).toMatchObject([
      { outcome: 'not-found', reason: 'link-expired', link: { expiresAt: '2026-03-02T10:00:05Z' } },
    ]);
  });
});
