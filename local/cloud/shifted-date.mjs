/**
 * Shifts `Date` in this process. Timers, `performance` and Node's own modules keep to the wall clock. Plain JavaScript,
 * since functions' processes load it at a cold start.
 */
const WallDate = Date;
let offset;

function now() {
  return WallDate.now() + offset;
}

/** From now on `Date` is so far ahead of the wall clock; never further back than it was before. */
export function shiftDate(milliseconds) {
  if (offset !== undefined) {
    offset = Math.max(offset, milliseconds);
    return;
  }
  offset = milliseconds;
  globalThis.Date = new Proxy(WallDate, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
    apply: () => new WallDate(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
  // So that `date.constructor === Date` stays true.
  WallDate.prototype.constructor = globalThis.Date;
}
