import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { CampaignFile } from '../domain/campaign/record.ts';
import { notGzip, UnreadableFile } from '../domain/campaign/unreadable-file.ts';
import type { CampaignCheckerPorts } from './ports.ts';

/**
 * The most that a compressed file may hold. Each slice of a check unpacks it from its start, which takes two seconds for so
 * much. It also ends a file that unpacks to terabytes.
 */
export const maxUnpackedBytes = 512 * 1024 * 1024;

/**
 * The bytes of a file's text from an offset on.
 *
 * @throws UnreadableFile if it is compressed, and is no gzip file or is too large
 */
export function textBytes(
  file: CampaignFile,
  isCompressed: boolean,
  from: number,
  { files }: Pick<CampaignCheckerPorts, 'files'>,
  most = maxUnpackedBytes,
): AsyncIterable<Uint8Array> {
  return isCompressed ? after(from, unpacked(files.bytes(file, 0), most)) : files.bytes(file, from);
}

async function* unpacked(packed: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  const source = Readable.from(packed, { objectMode: false });
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  let bytes = 0;
  try {
    for await (const part of source.pipe(gunzip)) {
      bytes += part.length;
      if (bytes > most) {
        const megabytes = Math.floor(most / 1024 / 1024);
        throw new UnreadableFile('unpacked-size', `unpacks to more than ${megabytes} MB: drop it without compression`);
      }
      yield part;
    }
  } catch (error) {
    throw notGzip(error) ?? error;
  } finally {
    gunzip.destroy();
    source.destroy();
  }
}

async function* after(offset: number, parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = offset;
  for await (const part of parts) {
    if (left < part.length) yield left > 0 ? part.subarray(left) : part;
    left = Math.max(0, left - part.length);
  }
}
