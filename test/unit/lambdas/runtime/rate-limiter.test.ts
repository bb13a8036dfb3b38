import { describe, expect, it } from 'vitest';
import type { InvocationGap } from '../../../../lambdas/domain/control/invocation-gap.ts';
import { Pacer } from '../../../../lambdas/domain/control/pacer.ts';
import { RateLimiter } from '../../../../lambdas/runtime/rate-limiter.ts';

/** A rate limiter with a clock that moves when somebody sleeps. */
function givenLimiter(callsPerSecond: number, mostPreparing: number, gap: InvocationGap = 'before') {
  let now = 0;
  const clock = {
    wallMilliseconds: () => now,
    monotonicMilliseconds: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
  return Object.assign(new RateLimiter(new Pacer(callsPerSecond, gap), clock, mostPreparing), {
    now: () => now,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  });
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

describe('an invocation with the gap after its last send', () => {
  it('returns when the gap has passed, and the next one sends at once', async () => {
    // Given: a new environment has waited 120 ms before its first send.
    const limiter = givenLimiter(10, 3, 'after');
    limiter.beginInvocation();
    (await limiter.next()).sent();
    expect(limiter.now()).toBe(120);
    // When: its answer takes 30 ms.
    limiter.pass(30);
    await limiter.endInvocation();
    // Then
    expect(limiter.now()).toBe(240);
    limiter.beginInvocation();
    (await limiter.next()).sent();
    expect(limiter.now()).toBe(240);
  });

  it('returns at once if the answer took longer than the gap', async () => {
    const limiter = givenLimiter(10, 3, 'after');
    limiter.beginInvocation();
    (await limiter.next()).sent();
    limiter.pass(200);
    await limiter.endInvocation();
    expect(limiter.now()).toBe(320);
  });

  it('waits before its first send if the one before was cut off', async () => {
    const limiter = givenLimiter(10, 3, 'after');
    limiter.beginInvocation();
    (await limiter.next()).sent();
    limiter.beginInvocation();
    (await limiter.next()).sent();
    expect(limiter.now()).toBe(240);
  });
});

describe('an invocation with the gap before its first send', () => {
  it('returns after the calls that failed work has left behind', async () => {
    // Given: a call that is being sent, and one that waits.
    const limiter = givenLimiter(10, 3);
    limiter.beginInvocation();
    const turn = await limiter.next();
    const waiting = limiter.next();
    let ended = false;
    const ending = limiter.endInvocation().then(() => {
      ended = true;
    });
    // When, then
    turn.sent();
    const second = await waiting;
    await settled();
    expect(ended).toBe(false);
    second.sent();
    await ending;
    expect(limiter.now()).toBe(220);
  });

  it('sends no call that failed work asks for later, until the next invocation begins', async () => {
    // Given
    const limiter = givenLimiter(10, 3);
    limiter.beginInvocation();
    const turn = await limiter.next();
    const ending = limiter.endInvocation();
    const refused = 'a call to the OneLink API came after the end of its invocation, and was not sent';
    // When, then: while the invocation ends, and after it
    await expect(limiter.next()).rejects.toThrow(refused);
    turn.sent();
    await ending;
    await expect(limiter.next()).rejects.toThrow(refused);
    // When
    limiter.beginInvocation();
    // Then
    (await limiter.next()).sent();
    expect(limiter.now()).toBe(240);
  });

  it('returns at once', async () => {
    const limiter = givenLimiter(10, 3);
    limiter.beginInvocation();
    (await limiter.next()).sent();
    await limiter.endInvocation();
    expect(limiter.now()).toBe(120);
  });
});
