import type { RateNow } from '../../cli/console/contract/overview.ts';
import { Age } from '../parts/age.tsx';
import { LineChart } from '../parts/chart.tsx';
import { Meter } from '../parts/meter.tsx';
import { Panel } from '../parts/panel.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { number, rate as rateWords } from '../state/words.ts';

type Lane = RateNow['lanes'][number];

/** Calls a second, against what the account allows. */
export function Rate({ rate }: { rate: RateNow }) {
  const { budgetPerSecond, lanes, minutes } = rate;
  // The newest minutes are not counted yet.
  const newest = minutes.findLast(({ perSecond }) => perSecond !== null);
  const current = newest?.perSecond ?? null;
  const words = `${rateWords(current)} of ${rateWords(budgetPerSecond)} calls a second`;
  return (
    <Panel title="Rate" aside={<Age at={newest?.at ?? null} oldAfterSeconds={300} />}>
      <p class="figure">
        <strong>{rateWords(current)}</strong> calls a second, of {rateWords(budgetPerSecond)}
      </p>
      <Meter label="Rate against the budget" value={current} most={budgetPerSecond} words={words} />
      {minutes.length > 1 && (
        <LineChart
          label={`Calls a second in each of the last ${minutes.length} minutes. Now: ${words}.`}
          values={minutes.map(({ perSecond }) => perSecond)}
          ends={[`${minutes.length} min ago`, 'now']}
          unit="calls/s"
          limit={budgetPerSecond}
        />
      )}
      {minutes.length > 1 && budgetPerSecond !== null && <p class="small muted">Dashed: the budget.</p>}
      <Table
        caption="Rate of each lane"
        isCompact
        columns={columns}
        rows={lanes}
        keyOf={({ lane }) => lane}
        classOf={({ refusedLastHour: { value } }) => (value !== null && value > 0 ? 'warn' : '')}
      />
    </Panel>
  );
}

const columns: Column<Lane>[] = [
  { name: 'Lane', isName: true, cell: ({ lane }) => lane },
  { name: 'Calls/s', isNumber: true, cell: ({ perSecond }) => rateWords(perSecond.value) },
  { name: 'Budget', isNumber: true, cell: ({ budgetPerSecond }) => rateWords(budgetPerSecond) },
  { name: 'Refused in 1 h', isNumber: true, cell: ({ refusedLastHour }) => number(refusedLastHour.value) },
];
