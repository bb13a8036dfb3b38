import type { WeatherPlan } from './plan.ts';

/** EventBridge promises the minute, not the second. */
const lateMilliseconds = [1_000, 59_000] as const;
const doubledWithinMilliseconds = 1_000;

/**
 * What becomes of one firing of a schedule: none, one or two, each now or later.
 * @returns how many milliseconds later each of them comes
 */
export function firings(plan: WeatherPlan): number[] {
  if (plan.strikes('schedules-skipped')) return [];
  const first = plan.strikes('schedules-late') ? plan.between('schedules-late', ...lateMilliseconds) : 0;
  if (!plan.strikes('schedules-doubled')) return [first];
  return [first, first + plan.between('schedules-doubled', 0, doubledWithinMilliseconds)];
}
