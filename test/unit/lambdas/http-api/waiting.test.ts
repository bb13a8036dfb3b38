import { describe, expect, it } from 'vitest';
import { requestKey } from '../../../../lambdas/domain/contract/request-key.ts';
import { HttpWorld } from '../../../world/http-world.ts';
import { create } from '../../../world/link-world.ts';

const { specVersion: _, source: __, requestId: ___, requestedAt: ____, ...bare } = create;
const key = { 'Idempotency-Key': 'order-17' };
const wait = { ...key, Prefer: 'wait=10' };
const request = { source: 'crm', requestId: 'order-17' };

/** Lets everything run that does not wait for time. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

/** A world whose mark is written only when the test lets it. */
function withSlowMark() {
  const world = new HttpWorld();
  const { promise: mayMark, resolve: mark } = Promise.withResolvers<void>();
  const markSent = world.records.markSent.bind(world.records);
  world.records.markSent = async (...of) => {
    await mayMark;
    await markSent(...of);
  };
  return { world, mark };
}

const recordOf = (world: HttpWorld) => world.records.records.get(requestKey(request));

describe('a call that waits', () => {
  it('waits while its mark is written, and ends after it', async () => {
    const { world, mark } = withSlowMark();
    const before = world.link.now;
    let status: number | undefined;

    const call = world.post(bare, wait).then((answer) => {
      status = answer.status;
    });
    while (world.link.now === before) await settled();
    for (let turn = 0; turn < 20; turn++) await settled();

    // The first poll has seen the outcome.
    expect(world.link.now - before).toBe(60);
    expect([status, recordOf(world)?.sentAt]).toEqual([undefined, undefined]);
    mark();
    await call;
    expect(status).toBe(200);
    expect(recordOf(world)?.sentAt).toBe(before);
    expect(world.limits.places.size).toBe(0);
  });

  it('dies before its mark, after the outcome: the next call gets the outcome', async () => {
    const { world } = withSlowMark();
    const before = world.link.now;
    void world.post(bare, wait);
    while (world.link.outcomeKinds.length === 0) await settled();
    expect(world.link.now - before).toBe(60);

    const again = await world.post(bare, key);

    expect(again).toMatchObject({ status: 200, headers: { 'Idempotent-Replayed': 'true' } });
    expect(world.sent).toHaveLength(1);
  });

  it('dies before its mark and before the outcome: after ten seconds, another call sends the same message', async () => {
    const { world } = withSlowMark();
    world.isWorking = false;
    void world.post(bare, { ...key, Prefer: 'wait=1' });
    while (world.sent.length === 0) await settled();
    world.link.now += 10_000;
    world.records.markSent = async () => {};

    expect((await world.post(bare, key)).status).toBe(202);

    expect(world.sent.map(({ messageId }) => messageId)).toEqual(['message-1', 'message-1']);
    await world.work();
    expect(world.link.api.calls.filter((call) => call === 'create')).toEqual(['create']);
  });

  it('reads the request record in each poll, and the HTTP record once in 200 ms', async () => {
    const world = new HttpWorld();
    world.isWorking = false;
    const [requests, find] = [world.link.ledger.requests, world.records.find.bind(world.records)];
    const before = world.link.now;
    const polls: number[] = [];
    const whole: number[] = [];
    world.link.ledger.requests = (keys) => {
      polls.push(world.link.now - before);
      return requests.call(world.link.ledger, keys);
    };
    world.records.find = (keys) => {
      whole.push(world.link.now - before);
      return find(keys);
    };

    await world.post(bare, { ...key, Prefer: 'wait=1' });

    expect(polls.slice(0, 6)).toEqual([0, 60, 80, 100, 120, 140]);
    expect(polls.at(-1)).toBe(1_000);
    expect(whole.map(Math.round)).toEqual([0, 200, 400, 621, 832]);
  });

  it('ends with a poll when the time is up', async () => {
    const world = new HttpWorld();
    world.isWorking = false;
    const before = world.link.now;

    const answer = await world.post(bare, { ...key, Prefer: 'wait=1' });

    expect([answer.status, world.link.now - before]).toEqual([202, 1_000]);
    expect(world.counts.get('HttpWaitTimedOut')).toBe(1);
  });
});

it('a call that does not wait ends after its mark', async () => {
  const { world, mark } = withSlowMark();
  world.isWorking = false;
  let status: number | undefined;

  const call = world.post(bare, key).then((answer) => {
    status = answer.status;
  });
  for (let turn = 0; turn < 20; turn++) await settled();

  expect([world.sent.length, status]).toEqual([1, undefined]);
  mark();
  await call;
  expect(status).toBe(202);
});
