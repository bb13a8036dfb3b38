import type { ControlRecord } from '../../../lambdas/domain/control/control-record.ts';
import type { SpentOnDay } from '../../../lambdas/domain/control/quota-tally.ts';
import type { UsageNow } from '../contract/overview.ts';

const dayMilliseconds = 86_400_000;
/** The ledger keeps the counts of a day so long. */
const daysKept = 75;

const dayAt = (at: number) => new Date(at).toISOString().slice(0, 10);

/** The UTC days of the last three months, oldest first, as far as the ledger has counts of them. */
export function daysCounted(nowMilliseconds: number): string[] {
  const now = new Date(nowMilliseconds);
  const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 2, 1);
  const from = Math.max(first, nowMilliseconds - (daysKept - 1) * dayMilliseconds);
  const days: string[] = [];
  for (let at = from; dayAt(at) <= dayAt(nowMilliseconds); at += dayMilliseconds) days.push(dayAt(at));
  return days;
}

/**
 * Calls that cost quota, by UTC day and month.
 *
 * @param spent the pipeline's own calls, as its workers counted them
 * @param usage the calls of all systems of the account, as the governor's polls saw them
 */
export function usageNow(
  spent: readonly SpentOnDay[],
  usage: ControlRecord['usage'],
  quota: number | undefined,
  nowMilliseconds: number,
): UsageNow {
  const days = daysCounted(nowMilliseconds);
  const own = new Map<string, number>();
  for (const { day, calls } of spent) own.set(day, (own.get(day) ?? 0) + calls);
  const all = new Map((usage?.days ?? []).map(({ day, used }) => [day, used]));
  const month = dayAt(nowMilliseconds).slice(0, 7);
  const ofMonth = (name: string) =>
    days.filter((day) => day.startsWith(name)).reduce((sum, day) => sum + (own.get(day) ?? 0), 0);
  const months = [...new Set(days.map((day) => day.slice(0, 7)))];
  return {
    at: nowMilliseconds,
    days: days.map((day) => ({ day, own: own.get(day) ?? 0, all: all.get(day) ?? null })),
    month: {
      month,
      own: ofMonth(month),
      all: usage?.month === month ? usage.used : null,
      quota: quota ?? null,
    },
    months: months.map((name) => ({
      month: name,
      own: ofMonth(name),
      isComplete: name !== month && days.includes(`${name}-01`),
    })),
  };
}
