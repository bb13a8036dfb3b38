import { Worker } from 'node:worker_threads';
import type { Bitmap } from './bitmap.ts';

interface Waiting {
  resolve: (image: Buffer) => void;
  reject: (error: Error) => void;
}

let worker: Worker | undefined;
const waiting: Waiting[] = [];

/**
 * Encodes a JPEG on a thread of its own, which takes 30 ms to a third of a second. The event loop must not block for
 * that long, because it timestamps calls for the rate limits. The thread starts with the first JPEG, answers in order,
 * and does not keep the process alive.
 */
export function encodeJpeg(bitmap: Bitmap): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    worker ??= started();
    waiting.push({ resolve, reject });
    worker.ref();
    worker.postMessage(bitmap);
  });
}

function started(): Worker {
  const thread = new Worker(new URL('./jpeg-worker.ts', import.meta.url));
  thread.on('message', (image: Uint8Array) => {
    waiting.shift()?.resolve(Buffer.from(image.buffer, image.byteOffset, image.byteLength));
    if (waiting.length === 0) thread.unref();
  });
  thread.on('error', (error) => {
    worker = undefined;
    for (const { reject } of waiting.splice(0)) reject(error instanceof Error ? error : new Error(String(error)));
  });
  return thread;
}
