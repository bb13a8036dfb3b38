import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pacer } from '../../../../../lambdas/domain/control/pacer.ts';

/** A pacer whose invocation begins at this time. */
function begun(callsPerSecond: number, now = 0): Pacer {
  const pacer = new Pacer(callsPerSecond);
  pacer.begin(now);
  return pacer;
}

/** The times at which an environment with constant work and punctual timers sends. */
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
    const pacer = begun(10, 5_000);
    // A gap, and the 20 ms by which earlier sends may have been late.
    expect(pacer.earliest(5_000)).toBe(5_120);
  });

  it('keeps an even gap while its timers are punctual', () => {
    const pacer = begun(4);
    expect(sendsOf(pacer, 5)).toEqual([270, 520, 770, 1020, 1270]);
  });

  it('makes up for a timer that fired late', () => {
    const pacer = begun(10);
    expect(sendsOf(pacer, 4, 0, (index) => (index === 1 ? 2 : 0))).toEqual([120, 222, 320, 420]);
  });

  it('makes up for at most 20 ms of a stall', () => {
    const pacer = begun(10);
    const sends = sendsOf(pacer, 5, 0, (index) => (index === 1 ? 3_000 : 0));
    expect(sends).toEqual([120, 3_220, 3_300, 3_400, 3_500]);
  });

  it('makes up for nothing within the second: the tenth send after a late one leaves a second later', () => {
    const pacer = begun(10);
    const sends = sendsOf(pacer, 12, 0, (index) => (index === 1 ? 15 : 0));
    expect(sends.slice(1, 3)).toEqual([235, 320]);
    expect(sends.slice(11)).toEqual([1_235]);
  });

  it('slows down after a 429, and recovers with time', () => {
    const pacer = begun(10);
    const [, , last = 0] = sendsOf(pacer, 3);
    pacer.slowDown(last);
    expect(pacer.earliest(last) - last).toBeCloseTo(100 / (5 / 6));
    expect(pacer.earliest(last + 2_000) - last).toBeCloseTo(100 / (5 / 6 + 0.1));
    expect(pacer.earliest(last + 4_000) - last).toBe(100);
  });

  it.each([
    ['some milliseconds late', 0.998, (index: number) => ((index * 7_919) % 31) / 10],
    ['held up for 15 ms four times a second', 0.998, (index: number) => (index % 24 === 0 ? 15 : 1)],
    ['held up for 50 ms every three seconds', 0.98, (index: number) => (index % 291 === 0 ? 50 : 1)],
  ])('sustains its pace with timers that are %s: at least %s of it', (_, share, lateness) => {
    const pacer = begun(97);
    const sends = sendsOf(pacer, 9_701, 0, lateness);
    const seconds = ((sends.at(-1) ?? 0) - (sends[0] ?? 0)) / 1_000;
    expect(9_700 / seconds / 97).toBeGreaterThan(share);
  });

  it('refuses a pace that is not a whole number', () => {
    expect(() => new Pacer(2.5)).toThrow('must be a whole number of calls per second, at least 1; got 2.5');
  });
});

interface Invocation {
  idleMilliseconds: number;
  environment: number;
  sends: { latenessMilliseconds: number; waitsMilliseconds: number; refused: 'before' | 'after' | 'not' }[];
  lastAnswerMilliseconds: number;
}

/**
 * Environments use the slots of the reserved concurrency in any order. Each invocation sends when its pacer permits,
 * later by its timer's or its work's delay, and frees its slot some time after its last send.
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
      // The answer to an earlier call may arrive while this call is being sent.
      if (send.refused === 'before') environment.pacer.slowDown(now);
      environment.pacer.sent(now);
      sends.push(now);
      if (send.refused === 'after') environment.pacer.slowDown(now);
    }
    environment.freeAt = now + invocation.lastAnswerMilliseconds;
    freeAt[slot] = environment.freeAt;
  }
  return sends.sort((a, b) => a - b);
}

describe('all environments together', () => {
  it('send at most concurrency × pace in any sliding second, whichever environments use the slots', () => {
    const milliseconds = (max: number) => fc.double({ min: 0, max, noNaN: true });
    const mostlyNone = (max: number) => fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, milliseconds(max));
    const invocation = fc.record({
      idleMilliseconds: mostlyNone(1_500),
      environment: fc.nat(20),
      sends: fc.array(
        fc.record({
          latenessMilliseconds: mostlyNone(30),
          waitsMilliseconds: mostlyNone(2_000),
          refused: fc.nat(20).map((n) => (n === 0 ? 'before' : n === 1 ? 'after' : 'not')),
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
            // A tolerance of a thousandth of a millisecond for rounding errors.
            expect((sends[index + limit] ?? 0) - (sends[index] ?? 0)).toBeGreaterThanOrEqual(1_000 - 0.001);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('send at the full rate when they are busy, so the bound is tight', () => {
    const busy = Array.from({ length: 2 }, () => ({
      idleMilliseconds: 0,
      environment: 0,
      sends: Array.from({ length: 20 }, () => ({
        latenessMilliseconds: 0,
        waitsMilliseconds: 0,
        refused: 'not' as const,
      })),
      lastAnswerMilliseconds: 0,
    }));
    const sends = simulate(2, 10, 0, busy);
    expect(Math.max(...sends.map((from) => sends.filter((at) => at >= from && at < from + 1_000).length))).toBe(20);
  });
});
