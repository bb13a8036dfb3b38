import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Another run uses `.local`. */
export class AnotherRun extends Error {
  override readonly name = 'AnotherRun';
}

/**
 * Takes `.local` for this process: two runs would empty each other's folders. The lock of a process that is gone counts
 * for nothing.
 *
 * @returns what gives it back
 * @throws AnotherRun
 */
export function lockRun(file: string): () => void {
  const holder = holderOf(file);
  if (holder !== undefined) {
    const mend = `End it (Ctrl-C where it runs) or, if that is some other program, delete ${file}.`;
    throw new AnotherRun(`Another run is up, as process ${holder}. ${mend}`);
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // Signal 0 only asks whether there is such a process.
    process.kill(pid, 0);
    return pid === process.pid ? undefined : pid;
  } catch {
    return undefined;
  }
}
