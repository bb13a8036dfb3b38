import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeOf } from './probe.ts';

/** A folder for the environments' requests to AWS, and the option that loads the probe. */
export async function requestCountsProbe() {
  const probe = await probeOf('request-counts');
  return {
    ...probe,

    /** Requests so far of one function, by operation. */
    async read(functionName: string): Promise<Map<string, number>> {
      const counts = new Map<string, number>();
      for (const name of await readdir(probe.directory)) {
        if (!name.startsWith(`${functionName}.`)) continue;
        for (const operation of (await readFile(join(probe.directory, name), 'utf8')).split('\n').slice(0, -1)) {
          counts.set(operation, (counts.get(operation) ?? 0) + 1);
        }
      }
      return counts;
    },
  };
}
