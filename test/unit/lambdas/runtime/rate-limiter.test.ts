import { describe, expect, it } from 'vitest';
import { Pacer } from '../../../../lambdas/domain/control/pacer.ts';
import { RateLimiter } from '../../../../lambdas/runtime/rate-limiter.ts';

/** A rate limiter with a clock that moves when somebody sleeps. */
function givenLimiter(callsPerSecond: number, mostPreparing: number) {
  let now = 0;
  const clock = {
    wallMilliseconds: () => now,
    monotonicMilliseconds: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
  return new RateLimiter(new Pacer(callsPerSecond), clock, mostPreparing);
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a permit of the rate limiter', () => {
  it('becomes free at each turn, so that a command reads the ledger shortly before its own', async () => {
    const limiter = givenLimiter(10, 3);
    let begun = 0;
    const work = Array.from({ length: 10 }, async () => {
      await limiter.acquire();
      begun++;
    });
    await settled();
    expect(begun).toBe(3);
    for (let turn = 1; turn <= 4; turn++) {
      (await limiter.next()).sent();
      await settled();
      expect(begun).toBe(3 + turn);
    }
    limiter.release();
    await settled();
    expect(begun).toBe(8);
    limiter.beginInvocation();
    await Promise.all(work);
    expect(begun).toBe(10);
  });

  it('becomes free whether its command takes two turns or none', async () => {
    const limiter = givenLimiter(10, 1);
    const twoTurns = async () => {
      await limiter.acquire();
      (await limiter.next()).sent();
      (await limiter.next()).sent();
    };
    const none = async () => {
      await limiter.acquire();
      limiter.release();
    };
    await Promise.all([twoTurns(), none(), none(), twoTurns(), none()]);
    await limiter.acquire();
  });
});

describe('the backlog of the rate limiter', () => {
  it('is the time until every call that waits has had its turn, at the present pace', async () => {
    // Given: a limiter of 10 calls a second, whose first turn is taken and not yet sent
    const limiter = givenLimiter(10, 3);
    expect(limiter.backlogMilliseconds()).toBe(0);
    const turn = await limiter.next();
    // When: three calls wait. The clock of this limiter stands at 120 ms, and the next send may leave 100 ms after this one.
    const waiting = [limiter.next(), limiter.next(), limiter.next()];
    turn.sent();
    // Then
    expect(limiter.backlogMilliseconds()).toBe(300);
    // When: two 429s come, which leave two thirds of the pace.
    limiter.slowDown();
    limiter.slowDown();
    // Then
    expect(limiter.backlogMilliseconds()).toBeCloseTo(450);
    // When
    for (const next of waiting) (await next).sent();
    // Then
    expect(limiter.backlogMilliseconds()).toBe(0);
  });
});
