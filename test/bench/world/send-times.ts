import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeOf } from './probe.ts';

/** Milliseconds of the machine's monotonic clock, as the probe writes them. */
export const monotonicMilliseconds = () => Number(process.hrtime.bigint()) / 1e6;

/** A folder for the send times of one run, and the option that loads the probe into an environment. */
export async function sendTimesProbe() {
  const probe = await probeOf('send-times');
  return {
    ...probe,

    /**
     * All sends so far in order of time, and those of each function.
     * @param timeDilation milliseconds of a clock that runs so many times slower than the machine's
     */
    async read(timeDilation = 1): Promise<{ all: Float64Array; ofFunction: Map<string, Float64Array> }> {
      const ofFunction = new Map<string, number[]>();
      for (const name of await readdir(probe.directory)) {
        const bytes = await readFile(join(probe.directory, name));
        // A copy, because a buffer from the pool may not begin at a multiple of eight. Without a half-written number.
        const times = new Float64Array(new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % 8))).buffer);
        const of = name.slice(0, name.lastIndexOf('.'));
        ofFunction.set(of, [...(ofFunction.get(of) ?? []), ...times.map((time) => time / timeDilation)]);
      }
      const all = Float64Array.from([...ofFunction.values()].flat()).sort();
      return {
        all,
        ofFunction: new Map([...ofFunction].map(([name, times]) => [name, Float64Array.from(times).sort()])),
      };
    },
  };
}

/** The most times within any half-open second [t, t + 1 s). @param times in order, milliseconds */
export function fullestSecond(times: Float64Array): number {
  let fullest = 0;
  let first = 0;
  for (let last = 0; last < times.length; last++) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= 1000) first += 1;
    fullest = Math.max(fullest, last - first + 1);
  }
  return fullest;
}

/** The number of times within [from, until). */
export function countBetween(times: Float64Array, from: number, until: number): number {
  return times.reduce((sum, time) => (time >= from && time < until ? sum + 1 : sum), 0);
}
