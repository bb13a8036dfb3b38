import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A place below `.local`, where all runs work: what is there is lost with the next run. */
export const inLocal = (name: string) => fileURLToPath(new URL(`../../.local/${name}`, import.meta.url));

/** Makes a folder, or empties it. */
export async function empty(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
