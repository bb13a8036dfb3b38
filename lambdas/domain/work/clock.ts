/** Time as the functions see it, injected so that tests own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  wallMilliseconds(): number;
  /** Milliseconds that only ever move forward, for gaps and time-outs; not comparable between processes. */
  monotonicMilliseconds(): number;
  /** Resolves no sooner than after so many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
}

/** Epoch seconds, in which the API and the ledger count. */
export function secondsNow(clock: Pick<Clock, 'wallMilliseconds'>): number {
  return Math.floor(clock.wallMilliseconds() / 1000);
}

/** An ISO 8601 instant in UTC with whole seconds, as the OneLink API writes them. */
export function isoSeconds(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z');
}
