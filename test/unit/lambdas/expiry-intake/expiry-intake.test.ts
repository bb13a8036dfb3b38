import { test as base, describe, expect } from 'vitest';
import type { LinkRecord } from '../../../../lambdas/domain/link/ledger-record.ts';
import { wakeAt } from '../../../../lambdas/domain/link/ledger-record.ts';
import type { Removal } from '../../../../lambdas/domain/link/removal.ts';
import { expiryIntake } from '../../../../lambdas/expiry-intake/expiry-intake.ts';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import { InMemoryLedger } from '../../../world/in-memory-ledger.ts';
import { silentObserver, stillClock } from '../../../world/stillness.ts';

const it = base.extend('world', () => givenIntake());

const now = Date.parse('2026-06-01T00:00:00Z') / 1000;
const day = 86_400;
const key = 'A1b3/poster';

/** A link whose time came an hour ago. */
const poster = givenLinkAt('poster', { source: 'studio', requestId: 'p-1', version: 2, expiresAt: now - 3_600 });
const mark = { expiryCheck: { token: 'removal-1', lostAt: now + 15 * day } };

function givenIntake() {
  const ledger = new InMemoryLedger();
  const asked: string[] = [];
  const warned: unknown[] = [];
  const failing = new Set<string>();
  const work = expiryIntake(
    { CHECK_LOST_AFTER_DAYS: 15 },
    {
      ledger,
      checks: {
        enqueue: async (body) => {
          if (failing.delete(body)) throw new Error('the queue fails in this test');
          asked.push(body);
        },
      },
      removalIn: (body) => (body === 'unknown' ? undefined : (JSON.parse(body) as Removal)),
      observer: { ...silentObserver, warn: (message, fields) => void warned.push({ message, fields }) },
      clock: stillClock(now * 1000),
    },
  );
  const removalOf = (record: LinkRecord, token = 'removal-1') => JSON.stringify({ record, token });
  return { ledger, asked, warned, failing, work, removalOf };
}

const keeps = { renewTtl: false, keepUntil: now + 400 * day };
const lease = { action: 'delete', requestId: 'd', requestedAt: '2026-05-31T00:00:00Z', until: now - 60 } as const;

describe('the removal of a link’s record by the TTL', () => {
  it.each<[string, Partial<LinkRecord>]>([
    ['renews automatically', {}],
    ['is kept, so it is checked a week before it expires', { ...keeps, expiresAt: now + 7 * day }],
    ['had a change under way', { renewTtl: false, lease }],
  ])(
    'restores a marked record with its old expiry before it queues the check, for a link that %s',
    async (_, change) => {
      const { ledger, asked, work, removalOf } = givenIntake();
      const record = { ...poster, ...change };
      expect(await work([removalOf(record)])).toEqual([true]);
      expect(ledger.links.get(key)).toEqual({ ...record, ...mark });
      expect(wakeAt(ledger.links.get(key) ?? expect.fail('no record'))).toBe(now + 15 * day);
      expect(asked).toEqual([removalOf(record)]);
    },
  );

  it('queues no check if it cannot restore the record', async ({ world }) => {
    world.ledger.failNext.add('addLink');
    expect(await world.work([world.removalOf(poster)])).toEqual([false]);
    expect(world.asked).toEqual([]);
    expect(world.warned).toMatchObject([{ fields: { error: 'Error' } }]);
  });

  it('queues the check again when it is delivered again and finds its own mark', async ({ world }) => {
    world.failing.add(world.removalOf(poster));
    expect(await world.work([world.removalOf(poster)])).toEqual([false]);
    expect(world.ledger.links.get(key)).toEqual({ ...poster, ...mark });
    expect(await world.work([world.removalOf(poster)])).toEqual([true]);
    expect(world.ledger.links.get(key)).toEqual({ ...poster, ...mark });
    expect(world.asked).toHaveLength(1);
  });

  it('ends when a command has written the link’s record since', async ({ world }) => {
    const changed = { ...poster, version: 3, expiresAt: now + 31 * day };
    world.ledger.links.set(key, changed);
    expect(await world.work([world.removalOf(poster)])).toEqual([true]);
    expect(world.ledger.links.get(key)).toEqual(changed);
    expect(world.asked).toEqual([]);
  });

  it('keeps a later create’s record, and queues the check of the old link', async ({ world }) => {
    const newer = { ...poster, requestId: 'p-2', version: 1 };
    world.ledger.links.set(key, newer);
    expect(await world.work([world.removalOf(poster)])).toEqual([true]);
    expect(world.ledger.links.get(key)).toEqual(newer);
    expect(world.asked).toEqual([world.removalOf(poster)]);
  });

  it('marks a record again if its check was lost', async ({ world }) => {
    const lost = { ...poster, expiryCheck: { token: 'removal-1', lostAt: now - 60 } };
    expect(await world.work([world.removalOf(lost, 'removal-2')])).toEqual([true]);
    expect(world.ledger.links.get(key)?.expiryCheck).toEqual({ token: 'removal-2', lostAt: now + 15 * day });
    expect(world.asked).toHaveLength(1);
  });

  it('writes nothing for a certain end, which it queues, nor for a tombstone, which it drops', async ({ world }) => {
    const certain = { ...poster, renewTtl: false };
    expect(
      await world.work([world.removalOf(certain), world.removalOf({ ...poster, state: 'deleted' }, 'removal-2')]),
    ).toEqual([true, true]);
    expect(world.ledger.links.size).toBe(0);
    expect(world.asked).toEqual([world.removalOf(certain)]);
  });

  it('goes to the queue if it is unreadable, and does not block the stream', async ({ world }) => {
    expect(await world.work(['unknown', world.removalOf(poster)])).toEqual([true, true]);
    expect([...world.asked].sort()).toEqual(['unknown', world.removalOf(poster)].sort());
  });
});
