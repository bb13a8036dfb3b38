import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pacer } from '../../../lambdas/domain/pacer.ts';

/** The times at which an environment sends when it wants to send all the time and its timers are punctual. */
function sendsOf(pacer: Pacer, count: number, from = 0, lateness: (index: number) => number = () => 0): number[] {
  let now = from;
  return Array.from({ length: count }, (_, index) => {
    now = Math.max(now, pacer.earliest(now)) + lateness(index);
    pacer.sent(now);
    return now;
  });
}

describe('one invocation', () => {
  it('waits before its first send, since another environment may have sent just before', () => {
    const pacer = new Pacer(10);
    pacer.begin(5_000);
    // 1,000 − 9 × 98.75: with nine more sends at the least gap after it, the second is full.
    expect(pacer.earliest(5_000)).toBe(5_111.25);
  });

  it('keeps an even gap while its timers are punctual', () => {
    const pacer = new Pacer(4);
    pacer.begin(0);
    expect(sendsOf(pacer, 5)).toEqual([253.75, 503.75, 753.75, 1003.75, 1253.75]);
  });

  it('makes up for a timer that fired late, by no more than 1.25 ms at a time', () => {
    const pacer = new Pacer(10);
    pacer.begin(0);
    expect(sendsOf(pacer, 4, 0, (index) => (index === 1 ? 2 : 0))).toEqual([111.25, 213.25, 312, 411.25]);
  });

  it('never catches up with a stall', () => {
    const pacer = new Pacer(10);
    pacer.begin(0);
    const sends = sendsOf(pacer, 5, 0, (index) => (index === 1 ? 3_000 : 0));
    expect(sends).toEqual([111.25, 3_211.25, 3_311.25, 3_411.25, 3_511.25]);
  });

  it('halves its pace after a 429 and finds back in ten seconds', () => {
    const pacer = new Pacer(10);
    pacer.begin(0);
    const [, , last = 0] = sendsOf(pacer, 3);
    pacer.slowDown(last);
    expect(pacer.earliest(last) - last).toBe(200);
    expect(pacer.earliest(last + 5_000) - last).toBeCloseTo(100 / 0.75);
    expect(pacer.earliest(last + 10_000) - last).toBe(100);
  });

  it('sustains 99.8% of its pace with timers that are up to 1.2 ms late', () => {
    const pacer = new Pacer(97);
    pacer.begin(0);
    const sends = sendsOf(pacer, 9_701, 0, (index) => ((index * 7_919) % 13) / 10);
    const seconds = ((sends.at(-1) ?? 0) - (sends[0] ?? 0)) / 1_000;
    expect(9_700 / seconds / 97).toBeGreaterThan(0.998);
  });

  it('refuses a pace that is no whole number', () => {
    expect(() => new Pacer(2.5)).toThrow('must be a whole number of calls per second, at least 1; got 2.5');
  });
});

interface Invocation {
  idleMilliseconds: number;
  environment: number;
  sends: { latenessMilliseconds: number; waitsMilliseconds: number; refused: boolean }[];
  lastAnswerMilliseconds: number;
}

/**
 * Slots (the reserved concurrency) pass between environments in any order. Each invocation sends when its pacer lets it,
 * later by what its timer or its work adds, and gives its slot back some time after its last send.
 */
function simulate(slots: number, pace: number, spareEnvironments: number, invocations: Invocation[]): number[] {
  const environments = Array.from({ length: slots + spareEnvironments }, () => ({ pacer: new Pacer(pace), freeAt: 0 }));
  const freeAt = new Array<number>(slots).fill(0);
  const sends: number[] = [];
  for (const invocation of invocations) {
    const slot = freeAt.indexOf(Math.min(...freeAt));
    let now = (freeAt[slot] ?? 0) + invocation.idleMilliseconds;
    const free = environments.filter((environment) => environment.freeAt <= now);
    const environment = free[invocation.environment % free.length];
    if (environment === undefined) throw new Error('there are more environments than slots: one is free');
    environment.pacer.begin(now);
    for (const send of invocation.sends) {
      now = Math.max(now + send.waitsMilliseconds, environment.pacer.earliest(now)) + send.latenessMilliseconds;
      environment.pacer.sent(now);
      sends.push(now);
      if (send.refused) environment.pacer.slowDown(now);
    }
    environment.freeAt = now + invocation.lastAnswerMilliseconds;
    freeAt[slot] = environment.freeAt;
  }
  return sends.sort((a, b) => a - b);
}

describe('all environments together', () => {
  it('never send more than concurrency × pace in any sliding second, whoever holds the slots', () => {
    const milliseconds = (max: number) => fc.double({ min: 0, max, noNaN: true });
    const mostlyNone = (max: number) => fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, milliseconds(max));
    const invocation = fc.record({
      idleMilliseconds: mostlyNone(1_500),
      environment: fc.nat(20),
      sends: fc.array(
        fc.record({
          latenessMilliseconds: mostlyNone(30),
          waitsMilliseconds: mostlyNone(2_000),
          refused: fc.nat(20).map((n) => n === 0),
        }),
        { maxLength: 60, size: 'max' },
      ),
      lastAnswerMilliseconds: mostlyNone(3_000),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(4),
        fc.array(invocation, { minLength: 1, maxLength: 30, size: 'max' }),
        (slots, pace, spare, invocations) => {
          const sends = simulate(slots, pace, spare, invocations);
          const limit = slots * pace;
          for (let index = 0; index + limit < sends.length; index++) {
            // A thousandth of a millisecond for what floating-point sums lose.
            expect((sends[index + limit] ?? 0) - (sends[index] ?? 0)).toBeGreaterThanOrEqual(1_000 - 0.001);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('send at the full rate when they are busy: the bound is tight', () => {
    const busy = Array.from({ length: 2 }, () => ({
      idleMilliseconds: 0,
      environment: 0,
      sends: Array.from({ length: 20 }, () => ({ latenessMilliseconds: 0, waitsMilliseconds: 0, refused: false })),
      lastAnswerMilliseconds: 0,
    }));
    const sends = simulate(2, 10, 0, busy);
    expect(Math.max(...sends.map((from) => sends.filter((at) => at >= from && at < from + 1_000).length))).toBe(20);
  });
});
