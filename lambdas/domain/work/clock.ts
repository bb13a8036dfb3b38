/** The functions' clock. It is injected, so tests control the time. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  wallMilliseconds(): number;
  /** Milliseconds that only move forward, for gaps and time-outs. Two processes' values are not comparable. */
  monotonicMilliseconds(): number;
  /** Resolves after at least this many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
}

/** Epoch seconds, in which the API and the ledger count. */
export function secondsNow(clock: Pick<Clock, 'wallMilliseconds'>): number {
  return Math.floor(clock.wallMilliseconds() / 1000);
}

/** An ISO 8601 instant in UTC with whole seconds, the OneLink API's format. */
export function isoSeconds(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** `2026-03-09`, UTC. */
export function dayOf(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString().slice(0, 10);
}
