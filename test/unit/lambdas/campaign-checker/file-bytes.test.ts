import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { textBytes } from '../../../../lambdas/campaign-checker/file-bytes.ts';
import { InMemoryCampaignFiles } from '../../../world/in-memory-campaign-files.ts';

const key = 'inbox/crm/spring.csv.gz';
const text = Array.from({ length: 500 }, (_, row) => `row ${row}\n`).join('');

async function read(content: Uint8Array | string, from: number, { isCompressed = true, most = 10_000 } = {}) {
  const files = new InMemoryCampaignFiles();
  files.drop(key, content);
  const file = (await files.file(key)) ?? expect.fail();
  const parts: Uint8Array[] = [];
  for await (const part of textBytes(file, isCompressed, from, { files }, most)) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('the bytes of a file', () => {
  test('are those of its text from an offset on, compressed or not', async () => {
    expect(await read(gzipSync(text), 0)).toBe(text);
    expect(await read(gzipSync(text), 1_234)).toBe(text.slice(1_234));
    expect(await read(text, 1_234, { isCompressed: false })).toBe(text.slice(1_234));
    expect(await read(gzipSync(text), text.length)).toBe('');
  });

  test('are refused above a bound, so that a small file cannot unpack to terabytes', async () => {
    const bomb = gzipSync('a'.repeat(3 * 1024 * 1024));
    await expect(read(bomb, 0, { most: 2 * 1024 * 1024 })).rejects.toMatchObject({
      name: 'UnreadableFile',
      fault: { rule: 'unpacked-size', message: 'unpacks to more than 2 MB: drop it without compression' },
    });
  });

  test.each([
    ['is no gzip file', Buffer.from(text), 'is not compressed by gzip, although its name ends in .gz'],
    ['is cut off', gzipSync(text).subarray(0, 200), 'is no whole gzip file'],
    [
      'is damaged',
      Buffer.from(gzipSync(text).map((byte, at) => (at === 100 ? byte ^ 255 : byte))),
      'is no whole gzip file',
    ],
  ])('are refused if the file %s', async (_words, content, message) => {
    const fault = { rule: 'gzip', message: expect.stringContaining(message) };
    await expect(read(content, 0)).rejects.toMatchObject({ name: 'UnreadableFile', fault });
  });

  test('end with the file’s own error if it changes while it is read', async () => {
    const files = new InMemoryCampaignFiles();
    files.drop(key, gzipSync(text));
    const file = (await files.file(key)) ?? expect.fail();
    files.drop(key, 'other');
    const reading = async () => {
      for await (const _ of textBytes(file, true, 0, { files })) expect.fail();
    };
    await expect(reading()).rejects.toMatchObject({ name: 'FileChanged' });
  });
});
