import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the environments' requests to AWS, and the option that loads the probe. */
export async function requestCountsProbe() {
  const directory = await mkdtemp(join(tmpdir(), 'onelink-bench-requests-'));
  const probe = new URL('../probes/request-counts.mjs', import.meta.url);
  probe.searchParams.set('directory', directory);
  return {
    directory,
    nodeOption: `--import=${probe.href}`,

    /** Requests so far of one function, by operation. */
    async read(functionName: string): Promise<Map<string, number>> {
      const counts = new Map<string, number>();
      for (const name of await readdir(directory)) {
        if (!name.startsWith(`${functionName}.`)) continue;
        for (const operation of (await readFile(join(directory, name), 'utf8')).split('\n').slice(0, -1)) {
          counts.set(operation, (counts.get(operation) ?? 0) + 1);
        }
      }
      return counts;
    },
  };
}
