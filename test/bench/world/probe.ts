import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for what a module of `probes/` writes, and the option that loads the module into a process. */
export async function probeOf(name: string): Promise<{ directory: string; nodeOption: string }> {
  const directory = await mkdtemp(join(tmpdir(), `onelink-bench-${name}-`));
  return { directory, nodeOption: loading(name, { directory }) };
}

/** The option that loads a module of `probes/` into a process. */
export function loading(name: string, parameters: Readonly<Record<string, string>>): string {
  const probe = new URL(`../probes/${name}.mjs`, import.meta.url);
  for (const [key, value] of Object.entries(parameters)) probe.searchParams.set(key, value);
  return `--import=${probe.href}`;
}
