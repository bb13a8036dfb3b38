import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Batching, type FailedItems } from '../../../../lambdas/adapters/batching.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A service that gives these answers to the first batches and then accepts every batch. */
function given(...answers: (FailedItems | Error)[]) {
  const sent: string[][] = [];
  const options = {
    maxItems: 3,
    maxBytes: 100,
    quietMilliseconds: 50,
    mostMilliseconds: 200,
    bytesOf: (item: string) => Number(item.split(':')[1] ?? 1),
    send: async (items: string[]) => {
      sent.push(items);
      const answer = answers.shift() ?? new Map();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const batching = new Batching<string>(options);
  /** Adds items and records the result of each. */
  const ends: Record<string, string> = {};
  const add = (...items: string[]) => {
    for (const item of items) {
      batching.add(item).then(
        () => (ends[item] = 'taken'),
        (error: Error) => (ends[item] = error.message),
      );
    }
  };
  return { add, sent, ends, options };
}

const refusing = (...indexes: number[]): FailedItems => new Map(indexes.map((index) => [index, 'Throttled']));

describe('a batch', () => {
  it('is sent at once when it is full', async () => {
    const { add, sent, ends } = given();
    add('a', 'b', 'c');
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([['a', 'b', 'c']]);
    expect(ends).toEqual({ a: 'taken', b: 'taken', c: 'taken' });
  });

  it('waits while items come, and is sent when none has come for a while', async () => {
    const { add, sent } = given();
    add('a');
    await vi.advanceTimersByTimeAsync(30);
    add('b');
    await vi.advanceTimersByTimeAsync(49);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toEqual([['a', 'b']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not wait longer than its most from its first item on', async () => {
    const { options, sent } = given();
    const many = new Batching<string>({ ...options, maxItems: 100 });
    for (let item = 0; item < 6; item++) {
      void many.add(`i${item}`);
      await vi.advanceTimersByTimeAsync(40);
    }
    expect(sent).toEqual([['i0', 'i1', 'i2', 'i3', 'i4']]);
  });

  it('sends each item once', async () => {
    const { add, sent } = given();
    add('a', 'b', 'c', 'd');
    await vi.advanceTimersByTimeAsync(500);
    add('e');
    await vi.advanceTimersByTimeAsync(500);
    expect(sent).toEqual([['a', 'b', 'c'], ['d'], ['e']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('never exceeds the bytes that the service accepts', async () => {
    const { add, sent } = given();
    add('a:60', 'b:40', 'c:1');
    await vi.advanceTimersByTimeAsync(50);
    expect(sent).toEqual([['a:60', 'b:40'], ['c:1']]);
  });

  it('contains one item alone if that item is too large', async () => {
    const { add, sent } = given();
    add('a:1', 'b:101', 'c:1');
    await vi.advanceTimersByTimeAsync(50);
    expect(sent).toEqual([['a:1'], ['b:101'], ['c:1']]);
  });
});

describe('an item that is refused', () => {
  it('is sent again with later items and without the items that the service accepted', async () => {
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

  it('fails with the reason after three refusals, and the others in its batch succeed', async () => {
    const { add, sent, ends } = given(refusing(0), refusing(0), new Map([[0, 'TooLong']]));
    add('a', 'b');
    await vi.advanceTimersByTimeAsync(150);
    expect(sent).toEqual([['a', 'b'], ['a'], ['a']]);
    expect(ends).toEqual({ a: 'refused three times: TooLong', b: 'taken' });
    await vi.advanceTimersByTimeAsync(500);
    expect(sent).toHaveLength(3);
  });

  it('does not make the next batch exceed the bytes that the service accepts', async () => {
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

  it('fails every item after three attempts, with the name of the error and not its message', async () => {
    const failure = () => Object.assign(new Error('cannot take jane'), { name: 'InternalError' });
    const { add, sent, ends } = given(failure(), failure(), failure());
    add('a', 'b');
    await vi.advanceTimersByTimeAsync(200);
    expect(sent).toHaveLength(3);
    expect(ends).toEqual({ a: 'refused three times: InternalError', b: 'refused three times: InternalError' });
  });
});
