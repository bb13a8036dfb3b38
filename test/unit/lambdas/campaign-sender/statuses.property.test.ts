import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CampaignRecord, rowCounts } from '../../../../lambdas/domain/campaign/record.ts';
import { type GivenRow, SendingWorld } from '../../../world/sending-world.ts';

const row = fc.constantFrom<GivenRow>(
  'create',
  'create',
  'create-qr',
  'rejected',
  'unchanged',
  // A template that today's configuration does not have.
  { onelinkId: 'Z9z9' },
  // It ends as `stale`.
  { validUntil: '2026-03-01T10:00:00Z' },
  // Two rows that choose one ID: the second ends as `conflict`.
  { shortlinkId: 'chosen' },
  // It ends as `rejected`, because there is no such link.
  { action: 'delete', shortlinkId: 'nowhere', data: undefined },
);

type Step =
  | { do: 'cut'; after: number }
  | { do: 'run' }
  | { do: 'pause' | 'resume' | 'cancel' | 'park' | 'open' | 'links-stop' | 'links-go' | 'images-stop' | 'images-go' }
  | { do: 'lose'; row: number }
  | { do: 'refuse'; row: number }
  | { do: 'drop' }
  | { do: 'wait'; minutes: number };

const plain = ['pause', 'resume', 'park', 'open', 'links-stop', 'links-go', 'images-stop', 'images-go'] as const;
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('cut' as const), after: fc.nat({ max: 60 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('run' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom(...plain) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), row: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), row: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 20 }) }) },
);

const scenario = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 12 }),
  perChunk: fc.integer({ min: 1, max: 4 }),
  steps: fc.array(step, { maxLength: 12 }),
});

async function take(world: SendingWorld, one: Step, rows: readonly GivenRow[], perChunk: number): Promise<void> {
  const { state, endedAt, drop } = world.record('spring');
  const isOpen = endedAt === undefined && state === 'sending';
  switch (one.do) {
    case 'cut':
      await world.run(one.after);
      break;
    case 'run':
      await world.run();
      break;
    case 'pause':
      if (isOpen) await world.pause('spring');
      break;
    case 'resume':
      if (isOpen) await world.resume('spring');
      break;
    case 'cancel':
      if (isOpen) await world.cancel('spring');
      break;
    case 'park':
      world.park();
      break;
    case 'open':
      world.open();
      break;
    case 'drop':
      await world.given('spring', rows, { perChunk, drop: drop + 1 });
      break;
    case 'lose':
      world.lost.add(`spring/k-${one.row}`);
      break;
    case 'refuse':
      world.refusedByQueue.add(`spring/k-${one.row}`);
      break;
    case 'wait':
      await world.elapse(one.minutes * 60_000);
      break;
    case 'links-stop':
    case 'links-go':
      world.worksLinks = one.do === 'links-go';
      break;
    default:
      world.worksImages = one.do === 'images-go';
  }
}

/** Every row has one status, at each write of a record. */
function expectSound(record: CampaignRecord, before: CampaignRecord | undefined): void {
  const counts = rowCounts(record);
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(record.rows);
  for (const count of Object.values(counts)) expect(count).toBeGreaterThanOrEqual(0);
  if (before === undefined || before.drop !== record.drop) return;
  for (const [status, count] of Object.entries(before.tallies)) {
    expect(counts[status] ?? 0).toBeGreaterThanOrEqual(count ?? 0);
  }
  expect(record.settled).toBeGreaterThanOrEqual(before.settled);
}

describe('the statuses of a campaign', () => {
  it('add up after each write, and in the end each row has one, whatever cuts, operators and workers do', async () => {
    const property = fc.asyncProperty(scenario, async ({ rows, perChunk, steps }) => {
      // Given
      const world = new SendingWorld();
      let before: CampaignRecord | undefined;
      world.onWrite = (record) => {
        expectSound(record, before);
        before = record;
      };
      await world.given('spring', rows, { perChunk });
      // When
      for (const one of steps) await take(world, one, rows, perChunk);
      if (world.record('spring').state === 'sending') await world.resume('spring');
      world.worksLinks = true;
      world.worksImages = true;
      world.open();
      await world.runs(180);
      // Then
      const record = world.record('spring');
      const results = world.results('spring');
      expect(record.endedAt).toBeGreaterThan(0);
      expect(['finished', 'cancelled']).toContain(record.state);
      expect(results.map(({ row: number }) => number)).toEqual(rows.map((_, index) => index + 1));
      const found = Object.fromEntries(
        Object.keys(rowCounts(record)).map((status) => [
          status,
          results.filter((result) => result.status === status).length,
        ]),
      );
      expect(found).toEqual(rowCounts(record));
      if (record.state === 'finished') expect(found['not attempted']).toBe(0);
      const bodies = Map.groupBy(world.sent, ({ body }) => String(JSON.parse(body).requestId));
      for (const copies of bodies.values()) expect(new Set(copies.map(({ messageId }) => messageId)).size).toBe(1);
      for (const { status, shortUrl } of results) if (status === 'created') expect(shortUrl).toMatch(/^https:/);
      const made = results.flatMap(({ status, shortlinkId }) => (status === 'created' ? (shortlinkId ?? '') : []));
      expect(new Set(made).size).toBe(made.length);
    });
    await fc.assert(property, { numRuns: 50 });
  }, 120_000);
});
