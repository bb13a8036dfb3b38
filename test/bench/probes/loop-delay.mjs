/**
 * `node --import` loads this into the emulator, for the benchmark only. It writes when the process has not looked at its connections for
 * a while, and for how long. These are two numbers of eight bytes each, in milliseconds of CLOCK_MONOTONIC. Calls that arrive meanwhile seem
 * to arrive together.
 */
import { openSync, writeSync } from 'node:fs';

const directory = new URL(import.meta.url).searchParams.get('directory');
const file = openSync(`${directory}/${process.pid}`, 'w');
const everyMilliseconds = 5;
const leastMilliseconds = 5;

let before;
setInterval(() => {
  const now = Number(process.hrtime.bigint()) / 1e6;
  const late = now - (before ?? now) - everyMilliseconds;
  before = now;
  if (late >= leastMilliseconds) writeSync(file, Float64Array.of(now, late));
}, everyMilliseconds).unref();
