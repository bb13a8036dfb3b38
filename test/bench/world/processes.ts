import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second (USER_HZ), and memory in pages of 4 KiB. */
const ticksPerSecond = 100;
const pageBytes = 4_096;

/** The CPU time and memory of one process. */
export interface ProcessUse {
  pid: number;
  parent: number;
  /** User and system time of the process and its threads, without its children. */
  cpuSeconds: number;
  residentBytes: number;
}

/** @returns undefined when there is no such process */
export function processUse(pid: number): ProcessUse | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may contain blanks, so the fields are counted after it.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, pages = 0] = [fields[1], fields[11], fields[12], fields[21]];
    return { pid, parent, cpuSeconds: (user + system) / ticksPerSecond, residentBytes: pages * pageBytes };
  } catch {
    return undefined;
  }
}

/** Programs that this process has started, found by their command lines. */
export function childrenRunning(programs: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || processUse(pid)?.parent !== process.pid) continue;
    const program = programs.find((one) => commandLine(pid).includes(one));
    if (program !== undefined) found.set(program, pid);
  }
  return found;
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Sums the processor time of processes that start and end. Several processes may share a name. The time between the last
 * reading and the end of a process is lost, so read often.
 */
export class CpuMeter {
  readonly #last = new Map<number, { name: string; seconds: number }>();
  readonly #sums = new Map<string, number>();
  readonly #peakBytes = new Map<string, number>();

  /** @param running name and process ID of all running processes */
  read(running: Iterable<readonly [name: string, pid: number]>): void {
    for (const [name, pid] of running) {
      const use = processUse(pid);
      if (use === undefined) continue;
      const before = this.#last.get(pid)?.seconds ?? 0;
      this.#last.set(pid, { name, seconds: use.cpuSeconds });
      this.#sums.set(name, (this.#sums.get(name) ?? 0) + use.cpuSeconds - before);
      this.#peakBytes.set(name, Math.max(this.#peakBytes.get(name) ?? 0, use.residentBytes));
    }
  }

  /** CPU seconds by name, since the start of each process. */
  seconds(): Map<string, number> {
    return new Map(this.#sums);
  }

  /** The peak memory of one process, by name. */
  peakBytes(): Map<string, number> {
    return new Map(this.#peakBytes);
  }

  forgetPeaks(): void {
    this.#peakBytes.clear();
  }
}

/** The CPU seconds between two readings. */
export function difference(
  after: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map([...after].map(([name, seconds]) => [name, seconds - (before.get(name) ?? 0)]));
}
