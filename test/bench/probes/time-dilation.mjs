/**
 * `node --import` loads this into a process, for the benchmark only. The process's clocks run `factor` times slower than the machine's
 * from `since` on, and its timers take `factor` times as long. So the machine seems that many times as fast, and all else is as it is. A second
 * of the process has as many calls, sends and time-outs as ever. `process.hrtime` remains the machine's clock.
 */
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';

const { searchParams } = new URL(import.meta.url);
const factor = Number(searchParams.get('factor'));
const since = Number(searchParams.get('since'));

const RealDate = Date;
const wall = () => since + Math.floor((RealDate.now() - since) / factor);
globalThis.Date = class DilatedDate extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [wall()] : parts));
  }

  static now() {
    return wall();
  }
};

const monotonic = performance.now.bind(performance);
Object.defineProperty(performance, 'now', { value: () => monotonic() / factor });

/** A longer time would overflow: Node.js would wait for a millisecond. */
const longest = 2 ** 31 - 1;
const slower = (milliseconds) => Math.min(longest, milliseconds * factor);

const { setTimeout, setInterval } = timers;
const slowed = {
  setTimeout: (callback, milliseconds = 1, ...rest) => setTimeout(callback, slower(milliseconds), ...rest),
  setInterval: (callback, milliseconds = 1, ...rest) => setInterval(callback, slower(milliseconds), ...rest),
};
const { setTimeout: sleep } = timersPromises;
timersPromises.setTimeout = (milliseconds = 1, ...rest) => sleep(slower(milliseconds), ...rest);
Object.defineProperty(slowed.setTimeout, promisify.custom, { value: timersPromises.setTimeout });
Object.assign(timers, slowed);
Object.assign(globalThis, slowed);

const { setTimeout: idle } = Socket.prototype;
Socket.prototype.setTimeout = function setTimeout(milliseconds, ...rest) {
  return idle.call(this, slower(milliseconds), ...rest);
};
syncBuiltinESMExports();
