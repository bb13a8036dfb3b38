import { expect, test } from 'vitest';
import { faultsOf, messagesOf } from '../../bench/world/campaign.ts';

const idsOf = (messages: Iterable<{ body: string }>) =>
  [...messages].map(({ body }) => (JSON.parse(body) as { requestId: string }).requestId);

test('a campaign with 10 % duplicates sends a tenth of its commands again, half at once and half later', () => {
  const ids = idsOf(messagesOf({ commands: 1_000, duplicatesPercent: 10, seed: 1 }));
  expect(ids).toHaveLength(1_100);
  expect(new Set(ids).size).toBe(1_000);
  const atOnce = ids.filter((id, index) => id === ids[index - 1]);
  expect(atOnce).toHaveLength(50);
});

test('a campaign divides its ambiguous answers equally among three kinds', () => {
  const faults = faultsOf({ commands: 1, ambiguousPercent: 6, seed: 7 });
  expect(faults.map(({ kind }) => kind)).toEqual(['reset-after', 'error-after', 'reset-before']);
  expect(faults.reduce((sum, { probability = 0 }) => sum + probability, 0)).toBeCloseTo(0.06, 10);
  expect(faultsOf({ commands: 1, seed: 7 })).toEqual([]);
});
