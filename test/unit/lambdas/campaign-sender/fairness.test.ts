import { test as base, describe, expect } from 'vitest';
import { SendingWorld } from '../../../world/sending-world.ts';

/** A lane of four commands a second: 120 rows are half a minute of its work. */
const it = base.extend('world', () => {
  const world = new SendingWorld();
  const LANES = world.settings.LANES.map((lane) => ({ ...lane, commandsPerSecond: 4 }));
  world.settings = { ...world.settings, LANES };
  return world;
});
const rows = (count: number) => Array.from({ length: count }, () => 'create' as const);

describe('the campaigns of a lane', () => {
  it('have at most half a minute of its work sent ahead, all together', async ({ world }) => {
    // Given
    await world.given('spring', rows(400), { perChunk: 10 });
    await world.given('summer', rows(400), { perChunk: 10 });
    // When
    await world.run();
    // Then
    expect(world.mostQueued).toBeGreaterThan(80);
    // 30 s × 4 a second, and at most a chunk more.
    expect(world.mostQueued).toBeLessThanOrEqual(130);
  });

  it('run side by side', async ({ world }) => {
    // Given
    await world.given('spring', rows(900), { perChunk: 10 });
    await world.given('summer', rows(900), { perChunk: 10 });
    // When
    await world.run();
    // Then
    const [spring, summer] = [world.record('spring').sent, world.record('summer').sent];
    expect(spring + summer).toBeGreaterThan(80);
    expect(Math.abs(spring - summer)).toBeLessThanOrEqual(8);
  });

  it('do not make a small one wait that comes after a large one', async ({ world }) => {
    // Given
    await world.given('large', rows(2_000), { perChunk: 100 });
    let finishedAt = 0;
    const startedAt = world.now + 40_000;
    world.in(40_000, () => void world.given('small', rows(5)));
    world.onWrite = ({ name, state }) => {
      if (name === 'small' && state === 'finished') finishedAt = world.now;
    };
    // When
    await world.run();
    // Then
    expect(finishedAt).toBeGreaterThan(0);
    expect(finishedAt - startedAt).toBeLessThan(120_000);
  });

  it('get a chunk each in turn if a share is smaller than a chunk', async ({ world }) => {
    // Given
    for (const name of ['a', 'b', 'c', 'd']) await world.given(name, rows(100), { perChunk: 50 });
    // When
    await world.runs(60);
    // Then
    for (const name of ['a', 'b', 'c', 'd']) expect(world.counts(name)).toEqual({ created: 100, 'not attempted': 0 });
    expect(world.mostQueued).toBeLessThanOrEqual(170);
  });
});

describe('the levels', () => {
  it('show a campaign that will be late', async ({ world }) => {
    // Given
    const sendBy = new Date(world.now + 60_000).toISOString();
    await world.given('spring', rows(2_000), { perChunk: 100, settings: { sendBy } });
    // When
    await world.run();
    // Then
    expect(world.metrics.get('CampaignLate')).toBe(1);
    expect(world.metrics.get('CampaignsActive')).toBe(1);
    expect(world.metrics.get('CampaignStandsStill')).toBe(0);
  });

  it('show a campaign that stands still although its lane is open', async ({ world }) => {
    // Given
    world.worksLinks = false;
    await world.given('spring', rows(10));
    // When
    await world.runs(25);
    // Then
    expect(world.metrics.get('CampaignStandsStill')).toBe(1);
    // When
    await world.pause('spring');
    await world.run();
    // Then
    expect(world.metrics.get('CampaignStandsStill')).toBe(0);
  });

  it('show a check that stands still', async ({ world }) => {
    // Given
    await world.given('spring', rows(1), { state: 'checking', changedAt: world.now - 900_000 });
    // When
    await world.run();
    // Then
    expect(world.metrics.get('CampaignStandsStill')).toBe(1);
  });

  it('show the share of rejected rows, also of a campaign that has ended', async ({ world }) => {
    // Given
    await world.given('spring', ['rejected', 'create', 'create', 'create']);
    // When
    await world.run();
    // Then
    expect(world.metrics.get('CampaignRejectedShare')).toBe(25);
    expect(world.metrics.get('CampaignsActive')).toBe(0);
  });
});
