import { expect, it } from 'vitest';
import { SimulatedClock } from '../../../../bench/month/time/simulated-clock.ts';
import { withSimulatedTimers } from '../../../../bench/month/time/simulated-timers.ts';

it('simulates the timers of what runs, with their values, and leaves those of other code alone', async () => {
  // Given
  const clock = new SimulatedClock(0);
  const happened: string[] = [];
  const { promise: mayBegin, resolve: begin } = Promise.withResolvers<void>();
  const { promise: otherEnded, resolve: endOther } = Promise.withResolvers<void>();
  const other = mayBegin.then(() => {
    clearTimeout(setTimeout(() => happened.push('a cancelled one of other code'), 1));
    setTimeout(endOther, 1);
  });
  // When
  await withSimulatedTimers(clock, async () => {
    setTimeout((what: string) => happened.push(what), 3_600_000, 'an hour later');
    clearTimeout(setTimeout(() => happened.push('a cancelled one'), 1_000));
    begin();
    await other;
    await otherEnded;
    expect(happened).toEqual([]);
    await clock.runUntil(3_600_000);
  });
  // Then
  expect(happened).toEqual(['an hour later']);
});
