import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDirectoryVariable } from '../run/global-setup.ts';

/** The process that makes the folder has crashed if it takes longer than this. */
const patienceMilliseconds = 150_000;

/**
 * A folder that all test files of a run share. The first process makes it, and the others wait.
 *
 * @param make the folder to move into the run's directory
 * @returns undefined if there is no run, or if the process that makes it has crashed
 */
export async function oncePerRun(name: string, make: () => Promise<string>): Promise<string | undefined> {
  const run = process.env[runDirectoryVariable];
  if (run === undefined) return undefined;
  const done = join(run, name);
  try {
    await mkdir(join(run, `${name}-begun`));
    await rename(await make(), done);
    return done;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const deadline = performance.now() + patienceMilliseconds;
  while (performance.now() < deadline) {
    if (existsSync(done)) return done;
    await sleep(100);
  }
  return undefined;
}
