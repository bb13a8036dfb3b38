import { describe, expect, it } from 'vitest';
import { JoinedReads } from '../../../../lambdas/adapters/joined-reads.ts';

/** A table of letters, whose requests the test sees. */
function givenTable(joined = new JoinedReads('key')) {
  const requests: string[][] = [];
  const read = (...keys: string[]) =>
    joined.getAll(keys, async (all) => {
      requests.push(all);
      if (all.includes('broken')) throw new Error('throttled');
      return all.filter((key) => key !== 'absent').map((key) => ({ key, value: key.toUpperCase() }));
    });
  return { requests, read };
}

describe('joined reads', () => {
  it('that begin at the same moment are one request, and each gets its own items', async () => {
    const { requests, read } = givenTable();

    const found = await Promise.all([read('a', 'b'), read('absent'), read('b', 'c')]);

    expect(requests).toEqual([['a', 'b', 'absent', 'c']]);
    expect(found).toEqual([
      [
        { key: 'a', value: 'A' },
        { key: 'b', value: 'B' },
      ],
      [],
      [
        { key: 'b', value: 'B' },
        { key: 'c', value: 'C' },
      ],
    ]);
  });

  it('that begin one after the other are two requests', async () => {
    const { requests, read } = givenTable();

    await read('a');
    await read('a');

    expect(requests).toEqual([['a'], ['a']]);
  });

  it('all fail with their request, and the next request is another one', async () => {
    const { read } = givenTable();

    const ends = await Promise.allSettled([read('a'), read('broken')]);

    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(read('a')).resolves.toEqual([{ key: 'a', value: 'A' }]);
  });
});
