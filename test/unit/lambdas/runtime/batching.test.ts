import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Batching, type FailedItems } from '../../../../lambdas/adapters/batching.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A service that takes batches and answers each with what it is told to, then with success. */
function given(...answers: (FailedItems | Error)[]) {
  const sent: string[][] = [];
  const batching = new Batching<string>({
    maxItems: 3,
    maxBytes: 100,
    lingerMilliseconds: 50,
    bytesOf: (item) => Number(item.split(':')[1] ?? 1),
    send: async (items) => {
      sent.push(items);
      const answer = answers.shift() ?? new Map();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  /** Adds items and notes the end of each. */
  const ends: Record<string, string> = {};
  const add = (...items: string[]) => {
    for (const item of items) {
      batching.add(item).then(
        () => (ends[item] = 'taken'),
        (error: Error) => (ends[item] = error.message),
      );
    }
  };
  return { add, sent, ends };
}

const refusing = (...indexes: number[]): FailedItems => new Map(indexes.map((index) => [index, 'Throttled']));

describe('a batch', () => {
  it('goes at once when it is full', async () => {
    const { add, sent, ends } = given();
    add('a', 'b', 'c');
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([['a', 'b', 'c']]);
    expect(ends).toEqual({ a: 'taken', b: 'taken', c: 'taken' });
  });

  it('that is not full lingers for more, counted from its first item', async () => {
    const { add, sent } = given();
    add('a');
    await vi.advanceTimersByTimeAsync(30);
    add('b');
    await vi.advanceTimersByTimeAsync(19);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toEqual([['a', 'b']]);
  });

  it('leaves nothing behind to be sent twice', async () => {
    const { add, sent } = given();
    add('a', 'b', 'c', 'd');
    await vi.advanceTimersByTimeAsync(500);
    add('e');
    await vi.advanceTimersByTimeAsync(500);
    expect(sent).toEqual([['a', 'b', 'c'], ['d'], ['e']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('never gets heavier than the service takes', async () => {
    const { add, sent } = given();
    add('a:60', 'b:40', 'c:1');
    await vi.advanceTimersByTimeAsync(50);
    expect(sent).toEqual([['a:60', 'b:40'], ['c:1']]);
  });

  it('holds an item that is too heavy by itself alone', async () => {
    const { add, sent } = given();
    add('a:1', 'b:101', 'c:1');
    await vi.advanceTimersByTimeAsync(50);
    expect(sent).toEqual([['a:1'], ['b:101'], ['c:1']]);
  });
});

describe('an item that is refused', () => {
  it('goes again, without its neighbours that were taken, and with those that came since', async () => {
    const { add, sent, ends } = given(refusing(1));
    add('a', 'b', 'c');
    await vi.advanceTimersByTimeAsync(0);
    expect(ends).toEqual({ a: 'taken', c: 'taken' });
    add('d');
    await vi.advanceTimersByTimeAsync(50);
    expect(sent).toEqual([
      ['a', 'b', 'c'],
      ['b', 'd'],
    ]);
    expect(ends).toEqual({ a: 'taken', b: 'taken', c: 'taken', d: 'taken' });
  });

  it('three times is given up, with the reason and without harm to its neighbours', async () => {
    const { add, sent, ends } = given(refusing(0), refusing(0), new Map([[0, 'TooLong']]));
    add('a', 'b');
    await vi.advanceTimersByTimeAsync(150);
    expect(sent).toEqual([['a', 'b'], ['a'], ['a']]);
    expect(ends).toEqual({ a: 'refused three times: TooLong', b: 'taken' });
    await vi.advanceTimersByTimeAsync(500);
    expect(sent).toHaveLength(3);
  });

  it('does not make the batch that it joins heavier than the service takes', async () => {
    const { add, sent, ends } = given(refusing(0));
    add('a:60', 'b:20', 'c:20');
    add('d:90');
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toEqual([['a:60', 'b:20', 'c:20'], ['d:90'], ['a:60']]);
    expect(ends['a:60']).toBe('taken');
  });
});

describe('a call that fails as a whole', () => {
  it('is repeated with all of its items', async () => {
    const { add, sent, ends } = given(new Error('socket hang up'));
    add('a', 'b');
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(ends).toEqual({ a: 'taken', b: 'taken' });
  });

  it('three times refuses them all, by the name of the error: its message may quote them', async () => {
    const failure = () => Object.assign(new Error('cannot take jane'), { name: 'InternalError' });
    const { add, sent, ends } = given(failure(), failure(), failure());
    add('a', 'b');
    await vi.advanceTimersByTimeAsync(200);
    expect(sent).toHaveLength(3);
    expect(ends).toEqual({ a: 'refused three times: InternalError', b: 'refused three times: InternalError' });
  });
});
