import { describe, expect, test } from 'vitest';
import type { LinkCheck } from '../../../../../cli/commands/verify/link-check.ts';
import { verify } from '../../../../../cli/commands/verify/verification.ts';
import type { ScannedPage } from '../../../../../cli/pipeline/link-scan.ts';

const link = (shortlinkId: string) => ({ onelinkId: 'A1b3', shortlinkId });
const never = new AbortController().signal;

/** A ledger of three segments with 60 links among 90 records. */
async function* segment(name: string): AsyncGenerator<ScannedPage> {
  yield { links: Array.from({ length: 15 }, (_, index) => link(`${name}${index}`)), records: 20 };
  yield { links: Array.from({ length: 5 }, (_, index) => link(`${name}${index + 15}`)), records: 10 };
}

async function run(sample: number | undefined, result: LinkCheck['result'] = 'equal', signal = never) {
  const checked: string[] = [];
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
    },
    signal,
  );
  await done.catch(() => {});
  return { done, checked, scanned };
}

describe('verify', () => {
  test('looks at every link once', async () => {
    const { checked, scanned } = await run(undefined);
    expect(new Set(checked).size).toBe(60);
    expect(checked).toHaveLength(60);
    expect(scanned).toEqual({ records: 90, links: 60 });
  });

  test('looks at as many as the sample has, after the whole scan', async () => {
    const { checked, scanned } = await run(7);
    expect(new Set(checked).size).toBe(7);
    expect(scanned.links).toBe(60);
  });

  test('looks at all of them when the sample is larger', async () => {
    expect((await run(1_000)).checked).toHaveLength(60);
  });

  test('ends when it is interrupted', async () => {
    const { checked, done } = await run(undefined, 'equal', AbortSignal.abort());
    await expect(done).resolves.toBeUndefined();
    expect(checked).toEqual([]);
  });

  test('ends the other segments when one cannot be read, and throws its error', async () => {
    const unreadable = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('no such table')) }) };
    let pages = 0;
    async function* long() {
      for (; pages < 100; pages++) yield { links: [link(`b${pages}`)], records: 1 };
    }
    const ports = { check: async () => ({ result: 'equal' }) as LinkCheck, onScanned: () => {}, onChecked: () => {} };
    const done = verify(undefined, { segments: [unreadable, long()], ...ports }, never);
    await expect(done).rejects.toThrow('no such table');
    expect(pages).toBeLessThan(5);
  });

  test('gives up after 16 links in a row that the API did not answer for', async () => {
    const { checked, done } = await run(50, 'unread');
    await expect(done).rejects.toThrow('The OneLink API does not answer');
    expect(checked.length).toBeGreaterThanOrEqual(16);
    expect(checked.length).toBeLessThan(30);
  });
});
