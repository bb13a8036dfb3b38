import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SimulatedClock } from '../../../../local/cloud/clock.ts';

const start = Date.parse('2026-03-01T10:00:00Z');

beforeEach(() => void vi.useFakeTimers({ now: start }));
afterEach(() => void vi.useRealTimers());

test('a simulated clock runs with the wall clock, and leaps by durations and to moments', async () => {
  const clock = new SimulatedClock();
  vi.advanceTimersByTime(250);
  expect(clock.now()).toBe(start + 250);

  await clock.advance(60_000);
  expect(clock.now()).toBe(start + 60_250);

  await clock.set(Date.parse('2026-04-01T00:00:00Z'));
  vi.advanceTimersByTime(1);
  expect(clock.now()).toBe(Date.parse('2026-04-01T00:00:00.001Z'));
});

test('a simulated clock may start in the past, but never goes back', async () => {
  const clock = new SimulatedClock(Date.parse('2025-12-31T23:59:59Z'));
  expect(new Date(clock.now()).toISOString()).toBe('2025-12-31T23:59:59.000Z');

  await expect(clock.advance(-1)).rejects.toThrow(RangeError);
  await expect(clock.set(clock.now() - 1)).rejects.toThrow(RangeError);
  await expect(clock.advance(0.5)).rejects.toThrow(RangeError);
  await expect(clock.advance(Number.NaN)).rejects.toThrow(RangeError);
  expect(new Date(clock.now()).toISOString()).toBe('2025-12-31T23:59:59.000Z');
});

test('a simulated clock refuses years of more than four digits', async () => {
  const clock = new SimulatedClock(Date.parse('9999-12-31T23:59:58Z'));
  await expect(clock.advance(2_000)).rejects.toThrow('only from 1970 to 9999');
  await expect(clock.set(8.64e15)).rejects.toThrow('only from 1970 to 9999');
  await clock.advance(1_000);
  expect(new Date(clock.now()).toISOString()).toBe('9999-12-31T23:59:59.000Z');
  expect(() => new SimulatedClock(-1)).toThrow('only from 1970 to 9999');
  expect(() => new SimulatedClock(Number.NaN)).toThrow('only from 1970 to 9999');
});

test('a leap ends after all followers have applied it, and the next leap follows', async () => {
  const clock = new SimulatedClock();
  const applied: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  clock.follow(async (offset) => {
    applied.push(`slow ${offset}`);
    await held;
  });
  const end = clock.follow(async (offset) => {
    applied.push(`quick ${offset}`);
  });

  const first = clock.advance(1_000).then(() => applied.push('first over'));
  const second = clock.advance(1_000).then(() => applied.push('second over'));
  expect(clock.now()).toBe(start + 2_000);
  await vi.waitFor(() => expect(applied).toHaveLength(2));
  release();
  await Promise.all([first, second]);

  expect(applied).toEqual([
    'slow 2000',
    'quick 2000',
    expect.any(String),
    expect.any(String),
    expect.any(String),
    'second over',
  ]);
  end();
  await clock.advance(1);
  expect(applied.slice(6)).toEqual(['slow 2001']);
});

test('the failure of a follower is reported, and does not block later leaps', async () => {
  const clock = new SimulatedClock();
  const end = clock.follow(async () => {
    throw new Error('the engine has ended');
  });
  await expect(clock.advance(1)).rejects.toThrow('the engine has ended');
  end();
  await clock.advance(1);
  expect(clock.now()).toBe(start + 2);
});
