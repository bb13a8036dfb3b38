import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for what a module of `probes/` writes, and the option that loads the module into the environments. */
export async function probeOf(name: string): Promise<{ directory: string; nodeOption: string }> {
  const directory = await mkdtemp(join(tmpdir(), `onelink-bench-${name}-`));
  const probe = new URL(`../probes/${name}.mjs`, import.meta.url);
  probe.searchParams.set('directory', directory);
  return { directory, nodeOption: `--import=${probe.href}` };
}
