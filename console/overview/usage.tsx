import type { UsageNow } from '../../cli/console/contract/overview.ts';
import { Age } from '../parts/age.tsx';
import { BarChart } from '../parts/chart.tsx';
import { Panel } from '../parts/panel.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { number } from '../state/words.ts';

type Day = UsageNow['days'][number];

interface Month {
  month: string;
  own: number | null;
  all: number | null;
  words: string;
}

/** Calls that cost quota, by day and by month, as the account's own page counts them. */
export function Usage({ usage }: { usage: UsageNow }) {
  const { days, at } = usage;
  const first = days[0]?.day ?? '';
  const last = days.at(-1)?.day ?? '';
  return (
    <Panel title="Use by day and month" aside={<Age at={at} oldAfterSeconds={900} />}>
      {days.length === 0 ? (
        <p class="muted">Nothing was counted yet.</p>
      ) : (
        <>
          <BarChart
            label={`Calls that cost quota, from ${first} to ${last}. The table below has the numbers.`}
            values={days.map(({ own }) => own)}
            behind={days.map(({ all }) => all)}
            ends={[first, last]}
            unit="calls"
          />
          <p class="small muted">
            <span class="legend" /> this pipeline <span class="legend behind" /> all systems of the account, where that
            is known
          </p>
        </>
      )}
      <Table
        caption="Calls by month"
        isCompact
        columns={monthColumns}
        rows={monthsOf(usage)}
        keyOf={({ month }) => month}
      />
      {days.length > 0 && (
        <details>
          <summary>Each day as a table</summary>
          <Table
            caption="Calls by day"
            isCompact
            columns={dayColumns}
            rows={days.toReversed()}
            keyOf={({ day }) => day}
          />
        </details>
      )}
    </Panel>
  );
}

/** The three months, oldest first, and their sum. */
export function monthsOf({ month: current, months }: UsageNow): Month[] {
  const rows = months.map(({ month, own, isComplete }) => ({
    month,
    own,
    all: month === current.month ? current.all : null,
    words: month === current.month ? 'so far' : isComplete ? '' : 'in part: the counts begin later',
  }));
  const known = months.map(({ own }) => own);
  const sum = known.some((own) => own === null) ? null : known.reduce<number>((all, own) => all + (own ?? 0), 0);
  return [...rows, { month: `${months.length} months`, own: sum, all: null, words: '' }];
}

const monthColumns: Column<Month>[] = [
  {
    name: 'Month',
    isName: true,
    cell: ({ month, words }) => (
      <>
        {month} {words && <span class="small muted block">{words}</span>}
      </>
    ),
  },
  { name: 'This pipeline', isNumber: true, cell: ({ own }) => number(own) },
  { name: 'Account', isNumber: true, cell: ({ all }) => number(all) },
];

const dayColumns: Column<Day>[] = [
  { name: 'Day (UTC)', isName: true, cell: ({ day }) => day },
  { name: 'This pipeline', isNumber: true, cell: ({ own }) => number(own) },
  { name: 'Account', isNumber: true, cell: ({ all }) => number(all) },
];
