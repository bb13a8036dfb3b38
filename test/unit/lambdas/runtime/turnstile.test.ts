import { describe, expect, it } from 'vitest';
import { Pacer } from '../../../../lambdas/domain/control/pacer.ts';
import { Turnstile } from '../../../../lambdas/runtime/turnstile.ts';

/** Time that passes when somebody sleeps. */
function givenTurnstile(callsPerSecond: number, mostApproaching: number) {
  let now = 0;
  const clock = {
    wallMilliseconds: () => now,
    monotonicMilliseconds: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
  return new Turnstile(new Pacer(callsPerSecond), clock, mostApproaching);
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('work that approaches its turn', () => {
  it('is let in as turns are taken, so that what it looks up is looked up shortly before', async () => {
    const turnstile = givenTurnstile(10, 3);
    let begun = 0;
    const work = Array.from({ length: 10 }, async () => {
      await turnstile.approach();
      begun++;
    });
    await settled();
    expect(begun).toBe(3);
    for (let turn = 1; turn <= 4; turn++) {
      (await turnstile.next()).sent();
      await settled();
      expect(begun).toBe(3 + turn);
    }
    turnstile.arrive();
    await settled();
    expect(begun).toBe(8);
    turnstile.beginInvocation();
    await Promise.all(work);
    expect(begun).toBe(10);
  });

  it('takes no place for good, whether it needs two turns, or none', async () => {
    const turnstile = givenTurnstile(10, 1);
    const twoTurns = async () => {
      await turnstile.approach();
      (await turnstile.next()).sent();
      (await turnstile.next()).sent();
    };
    const none = async () => {
      await turnstile.approach();
      turnstile.arrive();
    };
    await Promise.all([twoTurns(), none(), none(), twoTurns(), none()]);
    await turnstile.approach();
  });
});
