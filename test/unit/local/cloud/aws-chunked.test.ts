import { describe, expect, test } from 'vitest';
import { ChunkDecoder } from '../../../../local/cloud/engines/aws-chunked.ts';

const body =
  '4;chunk-signature=ab\r\nTür\r\n' +
  '3\r\n1,2\r\n' +
  '0\r\nx-amz-checksum-crc32: AAAAAA==\r\nX-Amz-Trailer-Signature:s\r\n\r\n';

async function* inPieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function decoded(text: string, size: number) {
  const decoder = new ChunkDecoder();
  const parts: Buffer[] = [];
  for await (const part of decoder.decode(inPieces(text, size))) parts.push(part);
  return { text: Buffer.concat(parts).toString(), trailers: decoder.trailers, isComplete: decoder.isComplete };
}

describe('a body in chunks is decoded', () => {
  // Pieces that end within a size, a character, a line break and a trailer.
  test.each([1, 2, 3, 5, 7, 1_000])('that arrives in pieces of %i bytes', async (size) => {
    expect(await decoded(body, size)).toEqual({
      text: 'Tür1,2',
      trailers: { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-trailer-signature': 's' },
      isComplete: true,
    });
  });

  test('that is empty', async () => {
    expect(await decoded('0\r\n\r\n', 2)).toEqual({ text: '', trailers: {}, isComplete: true });
  });
});

describe('a body is incomplete', () => {
  test.each([
    ['without its last chunk', '4\r\nTür\r\n', 'Tür'],
    ['that ends within a chunk', '8\r\nTür', 'Tür'],
    ['that is not in chunks', 'id,name\r\n1,2\r\n', ''],
  ])('%s', async (_, text, expected) => {
    expect(await decoded(text, 3)).toEqual({ text: expected, trailers: {}, isComplete: false });
  });
});
