import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../../../cli/words/operator-error.ts';
import type { DroppedFile } from './dropped-file.ts';
import { rowsIn } from './file-rows.ts';

/**
 * Copies the header and the first rows of a file.
 *
 * @param copy where to
 * @returns the campaign of the copy
 * @throws OperatorError for a compressed file, which cannot be cut
 */
export async function limitedFile(file: DroppedFile, limit: number, copy: string): Promise<DroppedFile> {
  if (file.ending.endsWith('.gz'))
    throw new OperatorError('--limit cannot cut a compressed file. Decompress it first.');
  const { bytes } = await rowsIn(file.path, limit);
  await pipeline(createReadStream(file.path, { end: bytes - 1 }), createWriteStream(copy));
  return { ...file, path: copy };
}
