import type { WeatherPlan } from './plan.ts';

/** EventBridge Scheduler is accurate to the minute, not to the second. */
const lateMilliseconds = [1_000, 59_000] as const;
const doubledWithinMilliseconds = 1_000;

/**
 * Decides what happens to one firing of a schedule: none, one or two invocations, each now or later.
 * @returns the delay of each in milliseconds
 */
export function firings(plan: WeatherPlan): number[] {
  if (plan.strikes('schedules-skipped')) return [];
  const first = plan.strikes('schedules-late') ? plan.between('schedules-late', ...lateMilliseconds) : 0;
  if (!plan.strikes('schedules-doubled')) return [first];
  return [first, first + plan.between('schedules-doubled', 0, doubledWithinMilliseconds)];
}
