import { expect, test } from 'vitest';
import { arrange } from '../../../../local/cloud/engines/fair-delivery.ts';

/** A queue with so many messages of each group in flight, and these messages waiting: `a1` is of the group `a`, `-1` of none. */
function queue(inFlight: Record<string, number>, waiting: string) {
  const message = (name: string) => ({ name, messageGroupId: name.startsWith('-') ? undefined : name.slice(0, 1) });
  const flying = Object.entries(inFlight).flatMap(([group, count]) =>
    Array.from({ length: count }, () => message(group)),
  );
  return {
    messages: waiting.split(' ').map(message),
    inflightMessages: new Map(flying.map((one, index) => [String(index), { message: one }])),
  };
}
const next = (inFlight: Record<string, number>, waiting: string, most: number) => {
  const arranged = queue(inFlight, waiting);
  arrange(arranged, most);
  return arranged.messages.map(({ name }) => name).join(' ');
};

test.each([
  ['quiet groups and messages without a group come first', { a: 30 }, 'a1 a2 b1 a3 -1', 2, 'b1 -1 a1 a2 a3'],
  ['no more than asked for', { a: 30 }, 'a1 b1 b2 b3', 2, 'b1 b2 a1 b3'],
  ['messages of a noisy group fill the rest', { a: 30 }, 'a1 a2 b1', 2, 'b1 a1 a2'],
  ['a noisy group alone is delivered as usual', { a: 99 }, 'a1 a2 a3', 2, 'a1 a2 a3'],
  ['29 in flight are not noisy', { a: 29 }, 'a1 b1', 1, 'a1 b1'],
  ['a tenth of all in flight is not noisy', { a: 30, '-': 270 }, 'a1 b1', 1, 'a1 b1'],
  ['more than a tenth is noisy', { a: 30, '-': 269 }, 'a1 b1', 1, 'b1 a1'],
  ['of two noisy groups, that with fewer in flight comes first', { a: 50, b: 40 }, 'a1 b1 a2 b2', 3, 'b1 b2 a1 a2'],
  ['messages without a group are never noisy', { '-': 300 }, '-1 a1', 1, '-1 a1'],
])('%s', (_, inFlight, waiting, most, expected) => {
  expect(next(inFlight as Record<string, number>, waiting, most)).toBe(expected);
});
