import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Another run uses `.local`. */
export class AnotherRun extends Error {
  override readonly name = 'AnotherRun';
}

/**
 * Locks `.local` for this process: two runs would delete each other's files. A lock of a process that has ended does
 * not count.
 *
 * @returns a function that releases the lock
 * @throws AnotherRun
 */
export function lockRun(file: string): () => void {
  const holder = holderOf(file);
  if (holder !== undefined) {
    const fix = `End it (Ctrl-C in its terminal). If that process is another program, delete ${file}.`;
    throw new AnotherRun(`Another run is up, as process ${holder}. ${fix}`);
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // Signal 0 only checks whether the process exists.
    process.kill(pid, 0);
    return pid === process.pid ? undefined : pid;
  } catch {
    return undefined;
  }
}
