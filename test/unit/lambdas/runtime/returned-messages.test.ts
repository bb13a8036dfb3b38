import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReturnedMessages } from '../../../../lambdas/runtime/returned-messages.ts';

/** An environment with this share of messages, and a clock that moves when somebody sleeps. */
function given(most: number) {
  const time = { now: 1_000_000, slept: [] as number[] };
  const clock = {
    wallMilliseconds: () => time.now,
    monotonicMilliseconds: () => time.now,
    sleep: async (milliseconds: number) => {
      time.slept.push(milliseconds);
      time.now += milliseconds;
    },
  };
  const returned = new ReturnedMessages(most, clock);
  const admit = async (delays: number[], remainingMilliseconds = 60_000) => {
    const began = time.now;
    const deadline = { remainingMilliseconds: () => remainingMilliseconds - (time.now - began) };
    const asked = delays.map((delaySeconds, index) => ({ receiptHandle: `h-${index}`, delaySeconds }));
    return (await returned.admit(asked, deadline)).map(({ delaySeconds }) => delaySeconds);
  };
  return { time, admit };
}

describe('returned messages', () => {
  it('keep their delays within the share, and free the share when the delays end', async () => {
    const { time, admit } = given(3);
    expect(await admit([120, 60, 90])).toEqual([120, 60, 90]);
    time.now += 120_000;
    expect(await admit([120, 60, 90])).toEqual([120, 60, 90]);
    expect(time.slept).toEqual([]);
  });

  it('wait in the invocation for the first delays to end, when they exceed the share', async () => {
    const { time, admit } = given(3);
    await admit([30, 20, 90]);
    expect(await admit([120, 110])).toEqual([120, 110]);
    expect(time.slept).toEqual([30_000]);
  });

  it('wait at most for their own delay, and then return without one', async () => {
    const { time, admit } = given(3);
    await admit([300, 300, 300]);
    expect(await admit([5, 4])).toEqual([0, 0]);
    expect(time.slept).toEqual([5_000]);
  });

  it('wait at most until the time reserved for the end of the invocation', async () => {
    const { time, admit } = given(3);
    await admit([300, 300]);
    expect(await admit([120, 110, 100], 30_000)).toEqual([120, 0, 0]);
    expect(time.slept).toEqual([25_000]);
    expect(await admit([120], 5_000)).toEqual([0]);
    expect(time.slept).toEqual([25_000]);
  });

  it('never exceed the share at once, and never outlast the invocation', async () => {
    const batch = fc.record({
      delays: fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 30 }),
      remaining: fc.integer({ min: 0, max: 60_000 }),
      pause: fc.integer({ min: 0, max: 300_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.array(batch, { maxLength: 12 }), async (most, batches) => {
        const { time, admit } = given(most);
        let until: number[] = [];
        for (const { delays, remaining, pause } of batches) {
          const began = time.now;
          const admitted = await admit(delays, remaining);
          expect(time.now - began).toBeLessThanOrEqual(remaining);
          until = [...until, ...admitted.filter((delay) => delay > 0).map((delay) => time.now + delay * 1000)];
          until = until.filter((end) => end > time.now);
          expect(until.length).toBeLessThanOrEqual(most);
          time.now += pause;
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('an outage of a lane of 13 environments and 1,000 commands a batch', () => {
  it('keeps at most SQS’s 120,000 messages in flight, even when every environment is replaced once', async () => {
    // Given
    const [environments, batchSize] = [13, 1_000];
    const most = Math.floor(60_000 / environments) - batchSize;
    let inFlight = 0;
    // When
    for (let generation = 0; generation < 2; generation++) {
      for (let slot = 0; slot < environments; slot++) {
        const { admit } = given(most);
        for (let batch = 0; batch < 20; batch++) {
          const delays = await admit(
            Array.from({ length: batchSize }, () => 900),
            6_000,
          );
          inFlight += delays.filter((delay) => delay > 0).length;
        }
      }
    }
    // Then
    expect(most).toBe(3_615);
    expect(inFlight + 2 * environments * batchSize).toBeLessThanOrEqual(120_000);
    expect(inFlight).toBeGreaterThan(90_000);
  });
});
