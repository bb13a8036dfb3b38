import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that an environment reads before it can call its handler: `index.mjs` and its static imports. */
export async function bytesAtStart(asset: string): Promise<number> {
  const files = new Map<string, Buffer>();
  const wanted = ['index.mjs'];
  for (let file = wanted.pop(); file !== undefined; file = wanted.pop()) {
    if (files.has(file)) continue;
    const text = await readFile(join(asset, file));
    files.set(file, text);
    for (const [, name = ''] of text.toString('utf8').matchAll(/(?:\bfrom|\bimport)"\.\/([^"]+)"/g)) wanted.push(name);
  }
  return [...files.values()].reduce((sum, { length }) => sum + length, 0);
}
