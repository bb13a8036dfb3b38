import { test as base, describe, expect } from 'vitest';
import { SendingWorld } from '../../../world/sending-world.ts';

const it = base.extend('world', () => new SendingWorld());
const rows = (count: number) => Array.from({ length: count }, () => 'create' as const);

describe('the campaigns of a lane', () => {
  it('have at most half a minute of its work sent ahead, all together', async ({ world }) => {
    // Given
    await world.given('spring', rows(1_000), { perChunk: 25 });
    await world.given('summer', rows(1_000), { perChunk: 25 });
    // When
    await world.run();
    // Then
    expect(world.mostQueued).toBeGreaterThan(200);
    // 30 s × 10 a second, and at most a chunk more.
    expect(world.mostQueued).toBeLessThanOrEqual(325);
  });

  it('run side by side', async ({ world }) => {
    // Given
    await world.given('spring', rows(2_000), { perChunk: 25 });
    await world.given('summer', rows(2_000), { perChunk: 25 });
    // When
    await world.run();
    // Then
    const [spring, summer] = [world.record('spring').sent, world.record('summer').sent];
    expect(spring + summer).toBeGreaterThan(80);
    expect(Math.abs(spring - summer)).toBeLessThanOrEqual(8);
  });

  it('do not make a small one wait that comes after a large one', async ({ world }) => {
    // Given
    await world.given('large', rows(5_000), { perChunk: 250 });
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
    for (const name of ['a', 'b', 'c', 'd']) await world.given(name, rows(500), { perChunk: 250 });
    // When
    await world.runs(60);
    // Then
    for (const name of ['a', 'b', 'c', 'd']) expect(world.counts(name)).toEqual({ created: 500, 'not attempted': 0 });
    expect(world.mostQueued).toBeLessThanOrEqual(550);
  });
});

describe('the levels', () => {
  it('show a campaign that will be late', async ({ world }) => {
    // Given
    const sendBy = new Date(world.now + 60_000).toISOString();
    await world.given('spring', rows(5_000), { perChunk: 250, settings: { sendBy } });
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
    world.pause('spring');
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
