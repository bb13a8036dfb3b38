/**
 * Shifts `Date` in this process. Timers, `performance` and Node's own modules keep to the wall clock. It is plain
 * JavaScript, because every cold start of a function loads it.
 */
const WallDate = Date;
let offset;

function now() {
  return WallDate.now() + offset;
}

/** Sets the lead of `Date` over the wall clock. A later call must not reduce it. */
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
  // `date.constructor === Date` must stay true.
  WallDate.prototype.constructor = globalThis.Date;
}
