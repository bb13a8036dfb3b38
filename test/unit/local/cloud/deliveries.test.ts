import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Deliveries } from '../../../../local/cloud/notifications/deliveries.ts';
import type { Attempt } from '../../../../local/cloud/notifications/post.ts';

const url = new URL('http://127.0.0.1:1/');
const delivered: Attempt = { result: 'delivered', reason: '200' };
const failed: Attempt = { result: 'failed', reason: '503' };

/** A receiver that answers on request. */
function given() {
  const world = { now: 0, open: [] as ((attempt: Attempt) => void)[], sent: 0, ends: [] as string[] };
  const deliveries = new Deliveries({
    now: () => world.now,
    post: () => {
      world.sent += 1;
      return new Promise((resolve) => world.open.push(resolve));
    },
  });
  const add = (delaysSeconds: number[] = [], maxReceivesPerSecond?: number, subscriptionArn = 'topic:1') =>
    deliveries.add({
      subscriptionArn,
      url,
      post: { body: '', headers: {} },
      policy: { delaysSeconds, maxReceivesPerSecond, contentType: 'text/plain' },
      onEnd: ({ reason }) => void world.ends.push(reason),
    });
  const answer = async (attempt: Attempt) => {
    for (const resolve of world.open.splice(0)) resolve(attempt);
    await turn();
  };
  return { world, deliveries, add, answer };
}

describe('deliveries over HTTP', () => {
  test('a retry without delay comes at once, and the others when they are due', async () => {
    const { world, deliveries, add, answer } = given();
    add([0, 10]);
    await answer(failed);
    expect(world.sent).toBe(2);
    await answer(failed);
    world.now = 9_999;
    deliveries.tick();
    expect(world.sent).toBe(2);
    world.now = 10_000;
    deliveries.tick();
    expect(world.sent).toBe(3);
    await answer(failed);
    expect(world.ends).toEqual(['503']);
  });

  test('a slow receiver has 200 requests at most, and others do not wait for it', async () => {
    const { world, add, answer } = given();
    for (let count = 0; count < 300; count += 1) add();
    expect(world.sent).toBe(200);
    add([], undefined, 'topic:2');
    expect(world.sent).toBe(201);
    await answer(delivered);
    expect(world.sent).toBe(301);
  });

  test('a throttle spreads the requests of a second', () => {
    const { world, deliveries, add } = given();
    for (let count = 0; count < 5; count += 1) add([], 2);
    expect(world.sent).toBe(1);
    for (const [now, sent] of [
      [499, 1],
      [500, 2],
      [1_000, 3],
    ] as const) {
      world.now = now;
      deliveries.tick();
      expect(world.sent).toBe(sent);
    }
  });

  test('a subscription that ended gets nothing more', async () => {
    const { world, deliveries, add, answer } = given();
    add([1]);
    await answer(failed);
    for (let count = 0; count < 201; count += 1) add();
    expect(world.sent).toBe(201);
    deliveries.end('topic:1');
    await answer(delivered);
    world.now = 60_000;
    deliveries.tick();
    expect(world.sent).toBe(201);
    expect(deliveries.retrying('topic')).toBe(0);
  });
});
