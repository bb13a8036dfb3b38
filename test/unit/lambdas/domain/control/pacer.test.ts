import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InvocationGap, mostAfterCrash } from '../../../../../lambdas/domain/control/invocation-gap.ts';
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

describe('with the gap after the last send', () => {
  it('waits before the first send of a new environment, since it may replace one that was killed', () => {
    const pacer = new Pacer(10, 'after');
    pacer.begin(5_000);
    expect(pacer.earliest(5_000)).toBe(5_120);
  });

  it('returns a gap and 20 ms after its last send, and sends at once in the next invocation', () => {
    // Given
    const pacer = new Pacer(10, 'after');
    pacer.begin(5_000);
    pacer.sent(5_120);
    pacer.sent(5_220);
    // When, then
    expect(pacer.returnsAt()).toBe(5_340);
    pacer.end();
    pacer.begin(6_000);
    expect(pacer.earliest(6_000)).toBe(6_000);
  });

  it('returns later after a late send only by what the grid has moved', () => {
    const pacer = new Pacer(10, 'after');
    pacer.begin(0);
    pacer.sent(135);
    expect(pacer.returnsAt()).toBe(240);
    pacer.sent(1_000);
    expect(pacer.returnsAt()).toBe(1_100);
  });

  it('returns at once from an invocation without a send, except from the first of an environment', () => {
    const pacer = new Pacer(10, 'after');
    pacer.begin(5_000);
    expect(pacer.returnsAt()).toBe(5_120);
    pacer.end();
    pacer.begin(6_000);
    expect(pacer.returnsAt()).toBe(6_000);
  });

  it('waits before the first send, if the invocation before has not ended', () => {
    const pacer = new Pacer(10, 'after');
    pacer.begin(0);
    pacer.sent(120);
    pacer.begin(200);
    expect(pacer.earliest(200)).toBe(320);
  });

  it('waits as long as its lower pace needs, after 429s', () => {
    const pacer = new Pacer(10, 'after');
    pacer.begin(0);
    pacer.end();
    pacer.begin(1_000);
    pacer.slowDown(1_000);
    expect(pacer.earliest(1_000)).toBe(1_020);
  });

  it('leaves two calls of a second for a crash, up to a pace of 50', () => {
    expect([1, 19, 50, 51, 100].map((pace) => mostAfterCrash(pace, 'after'))).toEqual([2, 2, 2, 3, 3]);
    expect(mostAfterCrash(64, 'before')).toBe(0);
  });
});

interface Invocation {
  idleMilliseconds: number;
  environment: number;
  sends: { latenessMilliseconds: number; waitsMilliseconds: number; refused: 'before' | 'after' | 'not' }[];
  lastAnswerMilliseconds: number;
  /** Whether the invocation is killed after its last send. */
  isKilled: boolean;
}

interface Fleet {
  gap: InvocationGap;
  slots: number;
  pace: number;
  spareEnvironments: number;
  /** Who takes the slot of a killed invocation: the environment that replaces its own, or any that is free, at most once in a second. */
  successor: 'replacement' | 'any';
}

/**
 * Environments use the slots of the reserved concurrency in any order. Each invocation sends when its pacer permits,
 * later by its timer's or its work's delay, and frees its slot some time after its last send. A killed environment is replaced by a new one.
 */
function simulate({ gap, slots, pace, spareEnvironments, successor }: Fleet, invocations: Invocation[]): number[] {
  const environments = Array.from({ length: slots + spareEnvironments }, () => ({
    pacer: new Pacer(pace, gap),
    freeAt: 0,
  }));
  const freeAt = new Array<number>(slots).fill(0);
  const killedAt = new Array<number>(slots).fill(Number.NEGATIVE_INFINITY);
  const replacements = new Map<number, (typeof environments)[number]>();
  const sends: number[] = [];
  for (const invocation of invocations) {
    const slot = freeAt.indexOf(Math.min(...freeAt));
    let now = (freeAt[slot] ?? 0) + invocation.idleMilliseconds;
    const reserved = new Set(replacements.values());
    const free = environments.filter((one) => one.freeAt <= now && !reserved.has(one));
    const environment = replacements.get(slot) ?? free[invocation.environment % free.length];
    replacements.delete(slot);
    if (environment === undefined) throw new Error('there are more environments than slots: one is free');
    const { pacer } = environment;
    pacer.begin(now);
    for (const send of invocation.sends) {
      now = Math.max(now + send.waitsMilliseconds, pacer.earliest(now)) + send.latenessMilliseconds;
      // The answer to an earlier call may arrive while this call is being sent.
      if (send.refused === 'before') pacer.slowDown(now);
      pacer.sent(now);
      sends.push(now);
      if (send.refused === 'after') pacer.slowDown(now);
    }
    if (invocation.isKilled && (successor === 'replacement' || now - (killedAt[slot] ?? 0) >= 1_000)) {
      killedAt[slot] = now;
      environment.pacer = new Pacer(pace, gap);
      if (successor === 'replacement') replacements.set(slot, environment);
    } else {
      now = Math.max(now + invocation.lastAnswerMilliseconds, pacer.returnsAt());
      pacer.end();
    }
    environment.freeAt = now;
    freeAt[slot] = now;
  }
  return sends.sort((a, b) => a - b);
}

describe('all environments together', () => {
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
    isKilled: fc.nat(4).map((n) => n === 0),
  });
  /** Few sends in a row, so that the slots change hands often. */
  const shortInvocation = fc.record({
    idleMilliseconds: fc.constant(0),
    environment: fc.nat(20),
    sends: fc.array(
      fc.record({
        latenessMilliseconds: fc.constantFrom(0, 0, 0, 19, 20, 21),
        waitsMilliseconds: fc.constant(0),
        refused: fc.constant('not' as const),
      }),
      { maxLength: 8 },
    ),
    lastAnswerMilliseconds: fc.constant(0),
    isKilled: fc.nat(2).map((n) => n === 0),
  });
  const invocations = fc.oneof(
    fc.array(invocation, { minLength: 1, maxLength: 30, size: 'max' }),
    fc.array(shortInvocation, { minLength: 30, maxLength: 100, size: 'max' }),
  );

  it.each<[string, InvocationGap, Fleet['successor'], (pace: number) => number]>([
    ['with the gap before the first send, whatever becomes of environments', 'before', 'any', (pace) => pace],
    ['with the gap after the last, if a new environment replaces a killed one', 'after', 'replacement', (pace) => pace],
    [
      'with x more for each slot, if a warm environment replaces a killed one',
      'after',
      'any',
      (pace) => pace + mostAfterCrash(pace, 'after'),
    ],
  ])('send at most concurrency × pace in any sliding second, %s', (_, gap, successor, mostOfSlot) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(4),
        invocations,
        (slots, pace, spareEnvironments, all) => {
          const sends = simulate({ gap, slots, pace, spareEnvironments, successor }, all);
          const limit = slots * mostOfSlot(pace);
          for (let index = 0; index + limit < sends.length; index++) {
            // A tolerance of a thousandth of a millisecond for rounding errors.
            expect((sends[index + limit] ?? 0) - (sends[index] ?? 0)).toBeGreaterThanOrEqual(1_000 - 0.001);
          }
        },
      ),
      { numRuns: 700 },
    );
  });

  const busy = (count: number, sends: number, killed: readonly number[] = []): Invocation[] =>
    Array.from({ length: count }, (_, index) => ({
      idleMilliseconds: 0,
      environment: index,
      sends: Array.from({ length: sends }, (__, send) => ({
        latenessMilliseconds: killed.includes(index) && send === 0 ? 20 : 0,
        waitsMilliseconds: 0,
        refused: 'not' as const,
      })),
      lastAnswerMilliseconds: 0,
      isKilled: killed.includes(index),
    }));
  const fullest = (sends: readonly number[]) =>
    Math.max(...sends.map((from) => sends.filter((at) => at >= from && at < from + 1_000 - 0.001).length));
  const fleet = { spareEnvironments: 0, successor: 'any' } as const;

  it.each<InvocationGap>(['before', 'after'])(
    'send at the full rate when busy, with the gap %s: the bound is tight',
    (gap) => {
      expect(fullest(simulate({ ...fleet, gap, slots: 2, pace: 10 }, busy(2, 20)))).toBe(20);
    },
  );

  it('send x more after a crash, if a warm environment idles beside them: that bound is tight too', () => {
    // Given: both environments have ended an invocation. Then one is killed, and the other takes its slot.
    const sends = simulate({ ...fleet, gap: 'after', slots: 1, pace: 10, spareEnvironments: 1 }, busy(4, 12, [2]));
    // Then
    expect(fullest(sends)).toBe(10 + mostAfterCrash(10, 'after'));
  });
});
