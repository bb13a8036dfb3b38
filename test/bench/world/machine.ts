import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Jiffies since the start of the machine: all, idle ones, and those of processes with a positive nice value. */
function jiffies(): { all: number; idle: number; niced: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const fields = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const all = fields.reduce((sum, field) => sum + field, 0);
  return { all, idle: (fields[3] ?? 0) + (fields[4] ?? 0), niced: fields[1] ?? 0 };
}

export const cores = cpus().length;

/** Meters the load of the machine by all processes. `firmCores` leaves out those with a positive nice value, which give way. */
export function watchMachine(): () => { busyCores: number; firmCores: number } {
  const before = jiffies();
  return () => {
    const now = jiffies();
    const all = now.all - before.all;
    const coresOf = (share: number) => (all === 0 ? 0 : (cores * share) / all);
    const busy = all - (now.idle - before.idle);
    return { busyCores: coresOf(busy), firmCores: coresOf(busy - (now.niced - before.niced)) };
  };
}

/** A short description of the machine. */
export function describeMachine(): Record<string, string | number> {
  return { cores, processor: cpus()[0]?.model ?? 'unknown', node: process.versions.node, platform: process.platform };
}
