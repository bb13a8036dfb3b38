import { parentPort } from 'node:worker_threads';
import jpeg from 'jpeg-js';
import type { Bitmap } from './bitmap.ts';

const quality = 85;

function encoded({ size, rows }: Bitmap): Uint8Array {
  const data = Buffer.alloc(size * size * 4, 0xff);
  const lineBytes = size * 4;
  let y = 0;
  for (const { pixels, repeat } of rows) {
    if (repeat === 0) continue;
    const first = y * lineBytes;
    for (const [x, dark] of pixels.entries()) {
      // Red, green and blue. The fourth byte is opacity and stays 255.
      if (dark) data.fill(0, first + x * 4, first + x * 4 + 3);
    }
    for (let copy = 1; copy < repeat; copy++) data.copyWithin(first + copy * lineBytes, first, first + lineBytes);
    y += repeat;
  }
  return jpeg.encode({ width: size, height: size, data }, quality).data;
}

parentPort?.on('message', (bitmap: Bitmap) => {
  parentPort?.postMessage(encoded(bitmap));
});
