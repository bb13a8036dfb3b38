import { describe, expect, test } from 'vitest';
import { verify } from '../../../../../cli/commands/verify/verification.ts';
import type { ScannedPage } from '../../../../../cli/pipeline/link-scan.ts';
import type { LinkCheck } from '../../../../../cli/pipeline/links/link-check.ts';
import { ReadingInterrupted } from '../../../../../cli/pipeline/reader.ts';

const link = (shortlinkId: string) => ({ onelinkId: 'A1b3', shortlinkId });
const never = new AbortController().signal;

/** A ledger of three segments with 60 links among 90 records. */
async function* segment(name: string): AsyncGenerator<ScannedPage> {
  yield { links: Array.from({ length: 15 }, (_, index) => link(`${name}${index}`)), records: 20 };
  yield { links: Array.from({ length: 5 }, (_, index) => link(`${name}${index + 15}`)), records: 10 };
}

async function run(sample: number | undefined, result: LinkCheck['result'] = 'equal', signal = never) {
  const checked: string[] = [];
  let stops = 0;
  let scanned = { records: 0, links: 0 };
  const done = verify(
    sample,
    {
      segments: ['a', 'b', 'c'].map(segment),
      check: async () => ({ result }) as LinkCheck,
      onScanned: (sofar) => {
        scanned = { ...sofar };
      },
      onChecked: ({ shortlinkId }) => void checked.push(shortlinkId),
      random: () => 0.999,
      checksAtOnce: 8,
      stop: () => {
        stops++;
      },
    },
    signal,
  );
  await done.catch(() => {});
  return { done, checked, scanned, stops };
}

describe('verify', () => {
  test('checks every link once', async () => {
    const { checked, scanned } = await run(undefined);
    expect(new Set(checked).size).toBe(60);
    expect(checked).toHaveLength(60);
    expect(scanned).toEqual({ records: 90, links: 60 });
  });

  test('checks as many links as the sample has, after the whole scan', async () => {
    const { checked, scanned } = await run(7);
    expect(new Set(checked).size).toBe(7);
    expect(scanned.links).toBe(60);
  });

  test('checks all links if the sample is larger', async () => {
    expect((await run(1_000)).checked).toHaveLength(60);
  });

  test('ends when it is interrupted', async () => {
    const { checked, done } = await run(undefined, 'equal', AbortSignal.abort());
    await expect(done).resolves.toBeUndefined();
    expect(checked).toEqual([]);
  });

  test('ends the other segments if one cannot be read, and throws its error', async () => {
    const unreadable = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('no such table')) }) };
    let pages = 0;
    async function* long() {
      for (; pages < 100; pages++) yield { links: [link(`b${pages}`)], records: 1 };
    }
    const ports = {
      check: async () => ({ result: 'equal' }) as LinkCheck,
      onScanned: () => {},
      onChecked: () => {},
      checksAtOnce: 2,
      stop: () => {},
    };
    const done = verify(undefined, { segments: [unreadable, long()], ...ports }, never);
    await expect(done).rejects.toThrow('no such table');
    expect(pages).toBeLessThan(5);
  });

  test('stops after 16 links in a row without a usable answer', async () => {
    const { checked, done, stops } = await run(50, 'unread');
    await expect(done).rejects.toThrow('The OneLink API is unavailable');
    expect(checked.length).toBeGreaterThanOrEqual(16);
    expect(checked.length).toBeLessThan(30);
    // The reads under way end at once: in an outage, each could wait for minutes.
    expect(stops).toBeGreaterThan(0);
  });

  test('checks as many links at once as the reader takes in two turns', async () => {
    let [atOnce, most] = [0, 0];
    const check = async () => {
      most = Math.max(most, ++atOnce);
      await new Promise(setImmediate);
      atOnce--;
      return { result: 'equal' } as LinkCheck;
    };
    const ports = { check, onScanned: () => {}, onChecked: () => {}, checksAtOnce: 12, stop: () => {} };
    await verify(undefined, { segments: ['a', 'b', 'c'].map(segment), ...ports }, never);
    expect(most).toBe(12);
  });

  test('counts no link whose read was interrupted, and ends without an error', async () => {
    const checked: string[] = [];
    const check = async () => Promise.reject(new ReadingInterrupted());
    const onChecked = ({ shortlinkId }: { shortlinkId: string }) => void checked.push(shortlinkId);
    const ports = { check, onScanned: () => {}, onChecked, checksAtOnce: 8, stop: () => {} };
    await verify(undefined, { segments: ['a'].map(segment), ...ports }, never);
    expect(checked).toEqual([]);
  });
});
