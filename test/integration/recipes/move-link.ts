import { expect, test } from 'vitest';
import { type HttpLinks, httpLinks } from '../../../client/index.ts';
import { type Move, moveLink } from '../../../examples/recipes/move-link.ts';
import type { RecipeRun } from './recipe-run.ts';

/** The tests of docs/recipes/move-link.md. */
export function moveLinkStory(run: () => RecipeRun): void {
  const links = () => httpLinks(run().http);
  const isLive = (shortlinkId: string) =>
    [...run().api.control.links()].some((link) => link.shortlinkId === shortlinkId);

  /** A live link, and a move of it to an ID of its own. */
  async function givenMove(id: string): Promise<Move> {
    const from = `${id}old`;
    const data = { pid: 'web', c: 'footer', af_web_dp: 'https://shop.example/sumer' };
    const command = { requestId: from, onelinkId: 'A1b3', shortlinkId: from, data, keepUntil: '2036-01-01T00:00:00Z' };
    await links().create({ ...command, ttl: '30d' }, { waitSeconds: 20 });
    expect(isLive(from)).toBe(true);
    return { id, onelinkId: 'A1b3', from, to: `${id}new`, ttl: '30d' };
  }

  class Crash extends Error {}

  /** A process that dies before or after one of its calls. @returns the calls that it would make, and what it has found live */
  function dyingProcess(move: Move, dies: { at: number; when: 'before' | 'after' }) {
    let calls = 0;
    const lost: number[] = [];
    const step = async <Value>(work: () => Promise<Value>): Promise<Value> => {
      calls++;
      if (calls === dies.at && dies.when === 'before') throw new Crash();
      const [settled] = await Promise.allSettled([work()]);
      if (!isLive(move.from) && !isLive(move.to)) lost.push(calls);
      if (calls === dies.at) throw new Crash();
      if (settled.status === 'rejected') throw settled.reason;
      return settled.value;
    };
    const real = links();
    const watched = new Proxy(real, {
      get:
        (_, method: keyof HttpLinks) =>
        (...words: unknown[]) =>
          step(() => (real[method] as (...words: unknown[]) => Promise<unknown>)(...words)),
    });
    const told: string[] = [];
    const tell = (shortUrl: string) => step(async () => void told.push(shortUrl));
    return { run: () => moveLink(watched, move, tell), calls: () => calls, lost, told };
  }

  test('makes the new link, corrects the places, and deletes the old link: a POST and a DELETE', async () => {
    // Given
    const move = await givenMove('mv0');
    const process = dyingProcess(move, { at: 99, when: 'before' });
    // When
    let shortUrl = '';
    const cost = await run().quotaOf(async () => {
      shortUrl = await process.run();
    });
    // Then
    expect(shortUrl).toBe('https://acme.onelink.me/A1b3/mv0new');
    expect(await run().follow(shortUrl)).toMatch(/^https:\/\/shop\.example\/sumer\?/);
    expect([isLive('mv0old'), process.told, process.calls()]).toEqual([false, [shortUrl], 6]);
    expect(await links().link('A1b3', 'mv0new')).toMatchObject({ keepUntil: '2036-01-01T00:00:00Z' });
    expect(cost).toEqual({ create: 1, update: 0, delete: 1 });
  });

  const deaths = [1, 2, 3, 4, 5, 6].flatMap((at) => (['before', 'after'] as const).map((when) => ({ at, when })));
  test.each(deaths)('killed $when call $at and repeated, it ends, and at no moment no link is live', async (dies) => {
    // Given
    const move = await givenMove(`mv${dies.at}${dies.when}`);
    const killed = dyingProcess(move, dies);
    const again = dyingProcess(move, { at: 99, when: 'before' });
    // When
    const cost = await run().quotaOf(async () => {
      await expect(killed.run()).rejects.toThrow(Crash);
      await again.run();
    });
    // Then
    expect([isLive(move.from), isLive(move.to)]).toEqual([false, true]);
    expect([...killed.lost, ...again.lost]).toEqual([]);
    expect(again.told).toEqual([`https://acme.onelink.me/A1b3/${move.to}`]);
    expect(cost).toEqual({ create: 1, update: 0, delete: 1 });
  });

  test('to a taken ID changes no place, and leaves both links alone', async () => {
    const taken = await givenMove('mv7');
    const move = { ...(await givenMove('mv8')), to: taken.from };
    const process = dyingProcess(move, { at: 99, when: 'before' });
    await expect(process.run()).rejects.toMatchObject({ reason: 'id-taken' });
    await expect(process.run()).rejects.toThrow('ended as conflict');
    expect([isLive(taken.from), isLive(move.from), process.told]).toEqual([true, true, []]);
  });

  test('does not delete the old link if somebody has deleted the new one', async () => {
    const move = await givenMove('mv9');
    const gone = async () => {
      await links().delete({ requestId: 'mv9-gone', onelinkId: 'A1b3', shortlinkId: move.to }, { waitSeconds: 20 });
    };
    await expect(moveLink(links(), move, gone)).rejects.toMatchObject({ reason: 'unknown-link' });
    expect(isLive(move.from)).toBe(true);
  });
}
