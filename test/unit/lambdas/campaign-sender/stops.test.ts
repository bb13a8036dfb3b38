import { test as base, describe, expect } from 'vitest';
import { SendingWorld } from '../../../world/sending-world.ts';

const it = base.extend('world', () => new SendingWorld());
const rows = (count: number) => Array.from({ length: count }, () => 'create' as const);

describe('a pause', () => {
  it('stops the sending within seconds, and what was sent is settled', async ({ world }) => {
    // Given
    await world.given('spring', rows(1_000), { perChunk: 20 });
    world.in(60_000, () => world.pause('spring'));
    // When
    await world.run();
    // Then
    const { sent } = world.record('spring');
    expect(sent).toBeGreaterThan(10);
    expect(sent).toBeLessThan(50);
    expect(world.counts('spring')).toEqual({ created: sent * 20, 'not attempted': 1_000 - sent * 20 });
    // When
    await world.resume('spring');
    await world.runs(10);
    // Then
    expect(world.record('spring').state).toBe('finished');
    expect(world.counts('spring')).toEqual({ created: 1_000, 'not attempted': 0 });
  });
});

describe('a cancellation', () => {
  it('settles what was sent, and leaves the rest unattempted', async ({ world }) => {
    // Given
    await world.given('spring', [...rows(1_000), 'rejected', 'unchanged'], { perChunk: 20 });
    world.in(30_000, () => world.cancel('spring'));
    // When
    await world.run();
    // Then
    const created = world.sent.length;
    expect(created).toBeLessThan(700);
    expect(world.record('spring')).toMatchObject({ state: 'cancelled', endedAt: expect.any(Number) });
    expect(world.counts('spring')).toEqual({
      created,
      rejected: 1,
      unchanged: 1,
      'not attempted': 1_000 - created,
    });
    expect(world.results('spring')).toHaveLength(1_002);
    expect(world.results('spring').filter(({ status }) => status === 'not attempted')).toHaveLength(1_000 - created);
    expect(world.outcomes).toMatchObject([{ outcome: 'campaign-finished', campaign: { state: 'cancelled' } }]);
    expect(await world.campaigns.active()).toEqual([]);
  });

  it('writes the results of a campaign that was never sent', async ({ world }) => {
    // Given
    await world.given('spring', rows(50), { state: 'cancelled', perChunk: 10 });
    // When
    await world.run();
    // Then
    expect(world.sent).toEqual([]);
    expect(world.results('spring')).toHaveLength(50);
    expect(world.counts('spring')).toEqual({ 'not attempted': 50 });
  });

  it('gives up rows without an answer, without sending them again', async ({ world }) => {
    // Given
    world.lost.add('spring/k-2');
    await world.given('spring', rows(3), { perChunk: 3 });
    world.in(10_000, () => world.cancel('spring'));
    // When
    await world.runs(20);
    // Then
    expect(world.sent).toHaveLength(3);
    expect(world.counts('spring')).toEqual({ created: 2, failed: 1, 'not attempted': 0 });
  });
});

describe('a refused file', () => {
  const refusal = { path: '', rule: 'encoding', message: 'is UTF-16' };

  it('is published to its producer once, with the reason, and leaves the list', async ({ world }) => {
    // Given
    await world.given('spring', rows(3), { state: 'refused', refusal });
    // When
    await world.run();
    await world.run();
    // Then
    expect(world.sent).toEqual([]);
    expect(world.outcomes).toMatchObject([
      {
        outcome: 'campaign-finished',
        source: 'crm',
        lane: 'campaign',
        reason: 'file-refused',
        faults: [refusal],
        campaign: { name: 'spring', drop: 1, state: 'refused', rows: 3, counts: { 'not attempted': 3 } },
      },
    ]);
    expect(world.outcomes[0]?.campaign?.results).toEqual({
      bucket: 'campaigns',
      rejected: 'results/crm/spring-rejected.csv',
    });
    expect(world.record('spring')).toMatchObject({ state: 'refused', endedAt: expect.any(Number) });
    expect(world.files.text('results/crm/spring.csv')).toBeUndefined();
    expect(await world.campaigns.active()).toEqual([]);
  });

  it('is published under one ID, wherever the run is cut off', async () => {
    const uncut = new SendingWorld();
    await uncut.given('spring', rows(1), { state: 'refused', refusal });
    const { calls } = await uncut.run();
    for (let cutAfter = 0; cutAfter < calls; cutAfter++) {
      // Given
      const world = new SendingWorld();
      await world.given('spring', rows(1), { state: 'refused', refusal });
      await world.run(cutAfter);
      // When
      await world.run();
      // Then
      expect(new Set(world.outcomes.map(({ outcomeId }) => outcomeId))).toEqual(
        new Set([uncut.outcomes[0]?.outcomeId]),
      );
      expect(await world.campaigns.active()).toEqual([]);
    }
  });
});

describe('a lane that is not open', () => {
  it.for(['parking', 'paused'] as const)(
    'gets nothing while it is %s, and gets the rest when it opens',
    async (state, { world }) => {
      // Given
      await world.given('spring', rows(1_000), { perChunk: 20 });
      const since = world.now;
      world.in(30_000, () => world.control.setRecord(world.now, { lanes: { campaign: { state, since } } }));
      // When
      await world.run();
      // Then
      expect(world.sent.length).toBeGreaterThan(200);
      expect(world.sent.length).toBeLessThan(700);
      // When
      world.open();
      await world.runs(20);
      // Then
      expect(world.counts('spring')).toEqual({ created: 1_000, 'not attempted': 0 });
    },
  );

  it.for([
    [
      'a closed lane',
      async (world: SendingWorld) =>
        world.control.setRecord(world.now, { lanes: { campaign: { state: 'parking', since: world.now } } }),
    ],
    ['a paused campaign', (world: SendingWorld) => world.pause('spring')],
  ] as const)('is read less and less often, because %s may stay for days', async ([, stop], { world }) => {
    // Given
    await world.given('spring', rows(10));
    await stop(world);
    const steps: number[] = [];
    const active = world.campaigns.active.bind(world.campaigns);
    world.campaigns.active = () => {
      steps.push(world.now);
      return active();
    };
    // When
    const began = world.now;
    await world.run();
    // Then: the run ends before the next one can begin
    expect(world.now - began).toBeLessThan(240_000);
    expect(steps.length).toBeLessThan(25);
    expect(steps.slice(0, 5).map((at) => at - (steps[0] ?? 0))).toEqual([0, 3_000, 9_000, 21_000, 36_000]);
    // When
    world.open();
    await world.campaigns.act({ source: 'crm', name: 'spring' }, { act: 'resume' }, world.now);
    await world.runs(2);
    // Then
    expect(world.record('spring').state).toBe('finished');
  });

  it('gets nothing while its quota is unknown', async ({ world }) => {
    // Given
    world.isGoverned = false;
    world.now += 300_000;
    await world.given('spring', rows(10));
    // When
    await world.run();
    // Then
    expect(world.sent).toEqual([]);
  });

  it('does not keep a campaign from its end', async ({ world }) => {
    // Given
    await world.given('spring', rows(5));
    world.in(5_000, () => {
      world.control.setRecord(world.now, { lanes: { campaign: { state: 'parking', since: world.now } } });
    });
    // When
    await world.runs(10);
    // Then
    expect(world.record('spring').state).toBe('finished');
  });
});

describe('another writer', () => {
  it('is not overwritten: the sender reads the record again', async ({ world }) => {
    // Given
    await world.given('spring', rows(3), { perChunk: 1 });
    world.beforeWrite = () => world.pause('spring');
    // When
    await world.run();
    // Then
    expect(world.record('spring')).toMatchObject({ sent: 1, settled: 1, paused: { reason: 'test' } });
    expect(world.sent).toHaveLength(1);
  });

  it('may replace the campaign by a newer drop, of which the older one writes nothing', async ({ world }) => {
    // Given
    await world.given('spring', rows(40), { perChunk: 1 });
    world.worksLinks = false;
    world.in(5_000, () => void world.given('spring', rows(3), { drop: 2, perChunk: 1 }));
    world.in(20_000, () => {
      world.worksLinks = true;
    });
    // When
    await world.run();
    // Then
    expect(world.record('spring')).toMatchObject({ drop: 2, state: 'finished' });
    expect(world.counts('spring')).toEqual({ created: 3, 'not attempted': 0 });
    expect(world.outcomes).toHaveLength(1);
    expect(await world.campaigns.active()).toEqual([]);
  });
});

describe('the list of active campaigns', () => {
  it('loses what has ended or was replaced', async ({ world }) => {
    // Given
    await world.given('spring', rows(1), { drop: 2, state: 'finished', endedAt: 1 });
    await world.campaigns.list({ source: 'crm', name: 'spring', drop: 1 });
    // When
    await world.run();
    // Then
    expect(await world.campaigns.active()).toEqual([]);
  });

  it('keeps a drop whose record its checker is about to write', async ({ world }) => {
    // Given
    await world.given('spring', rows(1), { drop: 1, state: 'finished', endedAt: 1 });
    await world.campaigns.list({ source: 'crm', name: 'spring', drop: 2 });
    // When
    await world.run();
    // Then
    expect(await world.campaigns.active()).toEqual([{ source: 'crm', name: 'spring', drop: 2 }]);
  });

  it('reports a malformed record, and the other campaigns go on', async ({ world }) => {
    // Given
    await world.given('spring', rows(1));
    await world.given('summer', rows(1));
    world.campaigns.corrupt.add('crm/spring');
    // When
    await expect(world.run()).rejects.toThrow('campaigns have failed');
    // Then
    expect(world.record('summer').state).toBe('finished');
  });
});
