import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A path below `.local`. All runs share that folder: the next run deletes its content. */
export const inLocal = (name: string) => fileURLToPath(new URL(`../../.local/${name}`, import.meta.url));

/** Creates a folder, or empties it. */
export async function empty(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
