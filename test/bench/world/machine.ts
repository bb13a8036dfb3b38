import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Jiffies since the start of the machine: all, and idle ones. */
function jiffies(): { all: number; idle: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const fields = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const all = fields.reduce((sum, field) => sum + field, 0);
  return { all, idle: (fields[3] ?? 0) + (fields[4] ?? 0) };
}

export const cores = cpus().length;

/** Meters the load of the machine by all processes. */
export function watchMachine(): () => { busyCores: number } {
  const before = jiffies();
  return () => {
    const now = jiffies();
    const all = now.all - before.all;
    return { busyCores: all === 0 ? 0 : (cores * (all - (now.idle - before.idle))) / all };
  };
}

/** A short description of the machine. */
export function describeMachine(): Record<string, string | number> {
  return { cores, processor: cpus()[0]?.model ?? 'unknown', node: process.versions.node, platform: process.platform };
}
