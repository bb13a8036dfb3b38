import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeOf } from './probe.ts';

/** A folder for the delays of a process, and the option that loads the probe into it. */
export async function loopDelayProbe() {
  const probe = await probeOf('loop-delay');
  return {
    ...probe,

    /**
     * The longest time since then that the process has not looked at its connections. The machine's milliseconds; 0 if nothing was late.
     * @param since see `monotonicMilliseconds`
     */
    async longestMilliseconds(since: number): Promise<number> {
      let longest = 0;
      for (const name of await readdir(probe.directory)) {
        const bytes = await readFile(join(probe.directory, name));
        for (let at = 0; at + 16 <= bytes.length; at += 16) {
          if (bytes.readDoubleLE(at) >= since) longest = Math.max(longest, bytes.readDoubleLE(at + 8));
        }
      }
      return longest;
    },
  };
}
