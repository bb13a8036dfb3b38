import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EmulatorClock } from '../../../../local/onelink-api/clock.ts';
import { CallCounter, MonthlyQuota, SlidingWindow } from '../../../../local/onelink-api/limits.ts';

/** Times of calls, often at once and often about a second apart. */
const arrivals = fc
  .array(fc.oneof(fc.nat(5), fc.nat(400), fc.constantFrom(0, 999, 1000, 1001)), { maxLength: 200 })
  .map((gaps) => {
    let now = 0;
    return gaps.map((gap) => {
      now += gap;
      return now;
    });
  });

describe('the sliding window', () => {
  it('Given a limit of 3, When a fourth call comes within the second, Then it is refused, and admitted 1,000 ms after the first', () => {
    const window = new SlidingWindow(3);
    for (const time of [0, 10, 20]) {
      expect(window.hasRoom(time)).toBe(true);
      window.hold(time);
    }
    expect(window.hasRoom(999.9)).toBe(false);
    expect(window.hasRoom(1000)).toBe(true);
  });

  it('Given any calls, Then it admits all but those that would put more than the limit into one second', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 12 }), (times, limit) => {
        const window = new SlidingWindow(limit);
        const admitted: number[] = [];
        for (const time of times) {
          const inSecond = admitted.filter((earlier) => time - earlier < 1000).length;
          const room = window.hasRoom(time);
          expect(room).toBe(inSecond < limit);
          if (!room) continue;
          window.hold(time);
          admitted.push(time);
        }
      }),
    );
  });

  it('Given refused calls count too, Then it admits a call only if the second before had fewer than the limit', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 12 }), (times, limit) => {
        const window = new SlidingWindow(limit);
        for (const [index, time] of times.entries()) {
          const inSecond = times.slice(0, index).filter((earlier) => time - earlier < 1000).length;
          expect(window.hasRoom(time)).toBe(inSecond < limit);
          window.hold(time);
        }
      }),
    );
  });
});

describe('the call counter', () => {
  it('Given any calls, Then the fullest second equals the maximum of a naive count', () => {
    fc.assert(
      fc.property(arrivals, (times) => {
        const counter = new CallCounter();
        for (const time of times) counter.record(time);
        const byHand = times.map((time, index) => times.slice(0, index + 1).filter((t) => time - t < 1000).length);
        expect(counter.fullestSecond).toBe(Math.max(0, ...byHand));
        expect(counter.total).toBe(times.length);
      }),
    );
  });

  it('Given 5,000 calls in one second, When its wrapped ring grows, Then it keeps all of them', () => {
    const counter = new CallCounter();
    for (let call = 0; call < 700; call++) counter.record(0);
    for (let call = 0; call < 5000; call++) counter.record(5000);
    expect(counter.fullestSecond).toBe(5000);
  });
});

describe('the monthly quota', () => {
  const quotaAt = (instant: string, monthly: number) => {
    const clock = new EmulatorClock({ wallMilliseconds: () => Date.parse(instant) });
    return { clock, quota: new MonthlyQuota(clock, monthly) };
  };

  it('Given a spent quota, When the next UTC month begins, Then it is restored to the millisecond', () => {
    const { clock, quota } = quotaAt('2026-12-31T23:59:59.998Z', 2);
    quota.take();
    quota.take();
    expect(quota.remaining).toBe(0);
    clock.advance(1);
    expect(quota).toMatchObject({ remaining: 0, month: '2026-12' });
    clock.advance(1);
    expect(quota).toMatchObject({ remaining: 2, used: 0, month: '2027-01' });
  });

  it('Given the remaining calls are set, Then the used calls follow', () => {
    const { quota } = quotaAt('2026-06-15T00:00:00Z', 7_500_000);
    quota.setRemaining(120);
    expect(quota).toMatchObject({ remaining: 120, used: 7_499_880 });
  });
});
