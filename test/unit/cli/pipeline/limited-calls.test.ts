import { describe, expect, test } from 'vitest';
import { limitedCalls } from '../../../../cli/pipeline/limited-calls.ts';

describe('limited calls', () => {
  test('run no more than the limit at once, in their order, and all of them', async () => {
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const call = limitedCalls(2, (number: number) => {
      begun.push(number);
      return new Promise<number>((resolve) => void ends.push(() => resolve(number * 10)));
    });
    const all = [1, 2, 3, 4, 5].map((number) => call(number));
    await Promise.resolve();
    expect(begun).toEqual([1, 2]);
    for (let index = 0; index < 5; index++) {
      ends[index]?.();
      await all[index];
    }
    expect(begun).toEqual([1, 2, 3, 4, 5]);
    expect(await Promise.all(all)).toEqual([10, 20, 30, 40, 50]);
  });

  test('hand their place on after an error', async () => {
    const call = limitedCalls(1, async (fails: boolean) => {
      if (fails) throw new Error('throttled');
      return 'read';
    });
    const [first, second] = [call(true), call(false)];
    await expect(first).rejects.toThrow('throttled');
    expect(await second).toBe('read');
  });
});
