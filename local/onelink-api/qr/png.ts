import { crc32, deflateSync } from 'node:zlib';
import type { Bitmap } from './bitmap.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * A greyscale PNG of one bit per pixel, encoded here because the available libraries use eight bits or more. At eight
 * bits a 3,000-pixel code blocks the event loop for 60 ms to a second. Calls then get their timestamps too late for an
 * exact rate limit. At one bit it takes under ten milliseconds.
 */
export function encodePng({ size, rows }: Bitmap): Buffer {
  // A scan line is a filter byte (0: none) and the pixels, most significant bit first; 1 is white.
  const lineBytes = 1 + Math.ceil(size / 8);
  const raw = Buffer.alloc(lineBytes * size);
  let y = 0;
  for (const { pixels, repeat } of rows) {
    if (repeat === 0) continue;
    const first = y * lineBytes;
    for (const [x, dark] of pixels.entries()) {
      if (dark) continue;
      const at = first + 1 + (x >> 3);
      raw[at] = (raw[at] ?? 0) | (0x80 >> (x & 7));
    }
    for (let copy = 1; copy < repeat; copy++) raw.copyWithin(first + copy * lineBytes, first, first + lineBytes);
    y += repeat;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // Bit depth 1, colour type 0 (greyscale); compression, filter and interlace methods are 0.
  header[8] = 1;
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(typed.length + 8);
  framed.writeUInt32BE(data.length, 0);
  typed.copy(framed, 4);
  framed.writeUInt32BE(crc32(typed), typed.length + 4);
  return framed;
}
