import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../../bench/month/time/simulated-clock.ts';

const noon = Date.parse('2026-03-09T12:00:00Z');

describe('the simulated clock', () => {
  it('leaps to the next event when all is idle, and sleepers wake in the order of their times', async () => {
    // Given
    const clock = new SimulatedClock(noon);
    const seen: string[] = [];
    const note = (what: string) => seen.push(`${clock.wallMilliseconds() - noon} ${what}`);
    clock.start(async () => {
      await clock.sleep(3_600_000);
      note('an hour later');
    });
    clock.start(async () => {
      for (let turn = 1; turn <= 2; turn++) {
        await clock.sleep(20);
        note(`turn ${turn}`);
      }
    });
    // When
    await clock.runUntil(noon + 3_600_000);
    // Then
    expect(seen).toEqual(['20 turn 1', '40 turn 2', '3600000 an hour later']);
  });

  it('lets everything that a time has woken run before the next time comes', async () => {
    // Given: work of many awaits, and another sleeper a millisecond later.
    const clock = new SimulatedClock(noon);
    const seen: string[] = [];
    clock.start(async () => {
      await clock.sleep(10);
      for (let turn = 0; turn < 500; turn++) await Promise.resolve();
      seen.push(`long work at ${clock.wallMilliseconds() - noon}`);
    });
    clock.at(noon + 11, () => seen.push('a millisecond later'));
    // When
    await clock.runUntil(noon + 100);
    // Then
    expect(seen).toEqual(['long work at 10', 'a millisecond later']);
    expect(clock.wallMilliseconds()).toBe(noon + 100);
  });

  it('starts work each minute, and drops a start while the last one works', async () => {
    // Given: each run takes 150 s.
    const clock = new SimulatedClock(noon + 1);
    const starts: number[] = [];
    let isBusy = false;
    clock.every(
      60_000,
      async () => {
        isBusy = true;
        starts.push((clock.wallMilliseconds() - noon) / 60_000);
        await clock.sleep(150_000);
        isBusy = false;
      },
      () => isBusy,
    );
    // When
    await clock.runUntil(noon + 8 * 60_000);
    // Then
    expect(starts).toEqual([1, 4, 7]);
  });

  it('fails the run if started work fails', async () => {
    // Given
    const clock = new SimulatedClock(noon);
    clock.start(async () => {
      await clock.sleep(5);
      throw new Error('the ledger is gone');
    });
    // When, then
    await expect(clock.runUntil(noon + 10)).rejects.toThrow('the ledger is gone');
  });
});
