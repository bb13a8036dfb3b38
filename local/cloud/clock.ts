/** Where schedules, the sweeper, metrics and alarms take the time from, so that a simulated clock can stand in for it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const wallClock: Clock = { now: () => Date.now() };
