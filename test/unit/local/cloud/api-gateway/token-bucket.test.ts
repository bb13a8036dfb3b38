import { expect, test } from 'vitest';
import { TokenBucket } from '../../../../../local/cloud/api-gateway/token-bucket.ts';

test('a bucket fills at its rate, up to its burst', () => {
  const clock = { at: 1_000, now: () => clock.at };
  const bucket = new TokenBucket(0.5, 2, clock);
  const take = (count: number) => Array.from({ length: count }, () => bucket.take());

  expect(take(3)).toEqual([true, true, false]);
  clock.at += 1_900;
  expect(take(1)).toEqual([false]);
  clock.at += 100;
  expect(take(2)).toEqual([true, false]);
  clock.at += 3_600_000;
  expect(take(3)).toEqual([true, true, false]);
  // A clock that was set back takes nothing away
  clock.at -= 3_600_000;
  expect(take(1)).toEqual([false]);
});
