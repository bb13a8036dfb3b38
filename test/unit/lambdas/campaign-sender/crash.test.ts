import { describe, expect, it } from 'vitest';
import { type GivenRow, SendingWorld } from '../../../world/sending-world.ts';

const rows: GivenRow[] = ['create', 'create-qr', 'rejected', 'create', 'unchanged', 'create', { onelinkId: 'Z9z9' }];

async function givenWorld(): Promise<SendingWorld> {
  const world = new SendingWorld();
  await world.given('spring', rows, { perChunk: 2 });
  await world.given('summer', ['create', 'create', 'create'], { perChunk: 2 });
  return world;
}

/** What a campaign leaves behind, without its times. */
const endOf = (world: SendingWorld) => ({
  spring: world.results('spring').map(({ row, status, qr }) => [row, status, qr]),
  summer: world.results('summer').map(({ row, status }) => [row, status]),
  counts: [world.counts('spring'), world.counts('summer')],
  states: [world.record('spring').state, world.record('summer').state],
  active: [...world.campaigns.records.values()].filter(({ endedAt }) => endedAt === undefined).length,
});

const expected = {
  spring: [
    [1, 'created', undefined],
    [2, 'created', 'ready'],
    [3, 'rejected', undefined],
    [4, 'created', undefined],
    [5, 'unchanged', undefined],
    [6, 'created', undefined],
    [7, 'rejected', undefined],
  ],
  summer: [
    [1, 'created'],
    [2, 'created'],
    [3, 'created'],
  ],
  counts: [
    { created: 4, rejected: 2, unchanged: 1, 'not attempted': 0 },
    { created: 3, 'not attempted': 0 },
  ],
  states: ['finished', 'finished'],
  active: 0,
};

/** Each request was sent as one command, under one message ID, and made one link. */
function expectNoOther(world: SendingWorld): void {
  const bodies = Map.groupBy(world.sent, ({ body }) => String(JSON.parse(body).requestId));
  for (const copies of bodies.values()) expect(new Set(copies.map(({ messageId }) => messageId)).size).toBe(1);
  expect(bodies.size).toBe(7);
  const ids = new Map(world.outcomes.map(({ outcomeId, campaign }) => [campaign?.name, outcomeId]));
  for (const { outcomeId, campaign } of world.outcomes) expect(outcomeId).toBe(ids.get(campaign?.name));
  expect(ids.size).toBe(2);
}

describe('a run that is cut off', async () => {
  const whole = await givenWorld();
  const { calls } = await whole.run();

  it('has a comparison that was not', () => {
    expect(endOf(whole)).toEqual(expected);
    expect(calls).toBeGreaterThan(40);
  });

  it('after any call of its ports is continued by the next one, without a loss or another command', async () => {
    for (let cutAfter = 0; cutAfter < calls; cutAfter++) {
      // Given
      const world = await givenWorld();
      expect((await world.run(cutAfter)).cut).toBe(true);
      // When
      await world.elapse(60_000);
      await world.runs(30);
      // Then
      expect(endOf(world), `cut after ${cutAfter} calls`).toEqual(expected);
      expectNoOther(world);
    }
  });

  it('again and again, after ever more calls, ends all the same', async () => {
    // Given
    const world = await givenWorld();
    // When
    for (let cutAfter = 1; cutAfter < calls; cutAfter++) {
      if (!(await world.run(cutAfter)).cut) break;
      await world.elapse(1_000);
    }
    await world.runs(30);
    // Then
    expect(endOf(world)).toEqual(expected);
    expectNoOther(world);
  });

  it('after a cancellation leaves each row one status', async () => {
    const cancelled = async () => {
      const world = await givenWorld();
      world.worksLinks = false;
      world.in(1_000, () => world.cancel('spring'));
      world.in(4_000, () => {
        world.worksLinks = true;
      });
      return world;
    };
    const uncut = await cancelled();
    const { calls: ofCancelled } = await uncut.run();
    for (let cutAfter = 0; cutAfter < ofCancelled; cutAfter += 3) {
      // Given
      const world = await cancelled();
      await world.run(cutAfter);
      // When
      await world.elapse(60_000);
      await world.runs(30);
      // Then
      const results = world.results('spring');
      expect(results.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      const counted = Object.fromEntries(
        Object.keys(world.counts('spring')).map((status) => [
          status,
          results.filter((one) => one.status === status).length,
        ]),
      );
      expect(counted, `cut after ${cutAfter} calls`).toEqual(world.counts('spring'));
      expect(world.record('spring')).toMatchObject({ state: 'cancelled', endedAt: expect.any(Number) });
    }
  });

  it('before it recorded a chunk leaves its rows their answers, although the configuration refuses them since', async () => {
    // Given
    const sent = new SendingWorld();
    await sent.given('spring', ['create', 'create']);
    const sends = async (world: SendingWorld, cutAfter: number) => {
      await world.run(cutAfter);
      return world.sent.length > 0 && world.record('spring').sent === 0;
    };
    let world = sent;
    for (let cutAfter = 1; !(await sends(world, cutAfter)); cutAfter++) {
      world = new SendingWorld();
      await world.given('spring', ['create', 'create']);
    }
    await world.elapse(60_000);
    // When
    world.settings = { ...world.settings, producers: [] };
    await world.runs(10);
    // Then
    expect(world.counts('spring')).toEqual({ created: 2, 'not attempted': 0 });
  });
});

describe('two runs at once', () => {
  it('count no chunk twice, and leave out none', async () => {
    // Given
    const world = await givenWorld();
    // When
    await world.run(Number.POSITIVE_INFINITY, 2);
    await world.runs(30);
    // Then
    expect(endOf(world)).toEqual(expected);
    expectNoOther(world);
  });
});
