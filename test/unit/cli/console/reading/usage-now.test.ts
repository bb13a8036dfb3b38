import { expect, it } from 'vitest';
import { daysCounted, usageNow } from '../../../../../cli/console/reading/usage-now.ts';

const now = Date.parse('2026-03-20T12:00:00Z');
const spent = (day: string, lane: string, calls: number) => ({ day, lane, calls, byHour: new Map<number, number>() });

it('counts by day, by month and by three months', () => {
  const counts = [
    spent('2026-03-20', 'bulk', 5),
    spent('2026-03-20', 'urgent', 7),
    spent('2026-03-01', 'bulk', 100),
    spent('2026-02-10', 'bulk', 1_000),
    spent('2026-01-31', 'bulk', 20),
  ];
  const usage = { month: '2026-03', since: 0, used: 300, samples: [], days: [{ day: '2026-03-20', used: 50 }] };

  const { days, month, months } = usageNow(counts, usage, 7_500_000, now);

  expect(days.at(-1)).toEqual({ day: '2026-03-20', own: 12, all: 50 });
  expect(days.at(-2)).toEqual({ day: '2026-03-19', own: 0, all: null });
  expect(month).toEqual({ month: '2026-03', own: 112, all: 300, quota: 7_500_000 });
  expect(months).toEqual([
    { month: '2026-01', own: 20, isComplete: false },
    { month: '2026-02', own: 1_000, isComplete: true },
    { month: '2026-03', own: 112, isComplete: false },
  ]);
});

it('asks for no day that the ledger no longer has', () => {
  const days = daysCounted(now);

  expect(days).toHaveLength(75);
  expect([days[0], days.at(-1)]).toEqual(['2026-01-05', '2026-03-20']);
});

it('does not take the usage of another month for this one', () => {
  const usage = { month: '2026-02', since: 0, used: 300, samples: [], days: [] };

  expect(usageNow([], usage, undefined, now).month).toEqual({ month: '2026-03', own: 0, all: null, quota: null });
});

it('has all days of three short months', () => {
  expect(daysCounted(Date.parse('2026-03-05T00:00:00Z'))[0]).toBe('2026-01-01');
});
