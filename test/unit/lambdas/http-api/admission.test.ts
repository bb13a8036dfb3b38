import { describe, expect, it } from 'vitest';
import { HttpProblem } from '../../../../lambdas/domain/http/problem.ts';
import { Admission } from '../../../../lambdas/http-api/admission.ts';
import { httpRules } from '../../../world/http-world.ts';
import { InMemoryHttpLimits } from '../../../world/in-memory-http.ts';
import { silentObserver } from '../../../world/stillness.ts';

/** Numbers from 0 up to 1, the same in each run (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function given(requestsPerSecond: number) {
  const limits = new InMemoryHttpLimits();
  const time = { milliseconds: 1_000_000_000 };
  const clock = {
    wallMilliseconds: () => time.milliseconds,
    monotonicMilliseconds: () => time.milliseconds,
    sleep: async () => {},
  };
  const producer = { ...httpRules.producers[0], requestsPerSecond } as ConstructorParameters<typeof Admission>[0];
  /** A call with so many commands. @returns the seconds after which it may come again, 0 if it is admitted */
  const call = async (commands: number): Promise<number> => {
    try {
      await new Admission(producer, { limits, clock, observer: silentObserver }).checkList(commands);
      return 0;
    } catch (error) {
      if (error instanceof HttpProblem && error.problem === 'too-many-requests') return error.parts.retryAfter ?? 0;
      throw error;
    }
  };
  return { call, time };
}

describe('the rate of a producer', () => {
  it('holds in every window of whole seconds, for any mixture of calls and lists', async () => {
    for (let seed = 1; seed <= 24; seed++) {
      const random = randomOf(seed);
      const rate = [1, 3, 20, 200][seed % 4] ?? 1;
      const { call, time } = given(rate);
      const bySecond = Array.from({ length: 40 }, () => 0);
      const start = time.milliseconds;
      const lists = random();
      let most = 1;
      for (let second = 0; second < bySecond.length; second++) {
        time.milliseconds = start + second * 1_000;
        // Some seconds are quiet.
        const calls = random() < 0.2 ? [] : Array.from({ length: Math.ceil(random() * 4 * rate) }, () => random());
        const sizes = calls.map((one) => (one < lists ? 1 + Math.floor(random() * 100) : 1));
        const answers = await Promise.all(sizes.map(call));
        for (const [index, size] of sizes.entries()) {
          if (answers[index] !== 0) continue;
          bySecond[second] = (bySecond[second] ?? 0) + size;
          most = Math.max(most, size);
        }
      }

      for (let from = 0; from < bySecond.length; from++) {
        let taken = 0;
        for (let to = from; to < bySecond.length; to++) {
          taken += bySecond[to] ?? 0;
          const seconds = to - from + 1;
          expect(taken, `seed ${seed}, ${seconds} s from ${from}`).toBeLessThanOrEqual(rate * (seconds + 1) + most - 1);
        }
      }
    }
  });

  it('takes lists of a hundred at 20 a second every five seconds, and no sooner', async () => {
    const { call, time } = given(20);
    let taken = 0;
    for (let second = 0; second < 60; second++) {
      for (let attempt = 0; attempt < 5; attempt++) if ((await call(100)) === 0) taken += 100;
      time.milliseconds += 1_000;
    }
    expect(taken).toBeGreaterThanOrEqual(1_100);
    expect(taken).toBeLessThanOrEqual(20 * 61 + 99);
  });

  it('takes one of the lists that come at once', async () => {
    const { call } = given(20);
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(100)));
    expect(answers.filter((seconds) => seconds === 0)).toHaveLength(1);
  });

  it('takes twice the rate after a quiet second, and then the rate', async () => {
    const { call, time } = given(20);
    const taken: number[] = [];
    for (let second = 0; second < 4; second++) {
      const answers = await Promise.all(Array.from({ length: 60 }, () => call(1)));
      taken.push(answers.filter((seconds) => seconds === 0).length);
      time.milliseconds += 1_000;
    }
    expect(taken).toEqual([40, 20, 20, 20]);
  });

  it('states when the rest of a list is over', async () => {
    const { call, time } = given(20);
    expect(await call(100)).toBe(0);
    const seconds = await call(1);
    expect(seconds).toBe(4);
    time.milliseconds += (seconds - 1) * 1_000;
    expect(await call(1)).toBe(1);
    time.milliseconds += 1_000;
    expect(await call(1)).toBe(0);
  });

  it('takes a list with the last place of a second', async () => {
    const { call } = given(20);
    for (let index = 1; index <= 39; index++) expect(await call(1)).toBe(0);
    expect(await call(100)).toBe(0);
    expect(await call(1)).toBeGreaterThan(0);
  });
});
