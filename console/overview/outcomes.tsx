import type { OutcomesNow } from '../../cli/console/contract/overview.ts';
import { Age } from '../parts/age.tsx';
import { Meter } from '../parts/meter.tsx';
import { Panel } from '../parts/panel.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { toneOf } from '../parts/tone.ts';
import { number, title } from '../state/words.ts';

type Kind = OutcomesNow['kinds'][number];

/** What became of commands. */
export function Outcomes({ outcomes: { kinds, at, from } }: { outcomes: OutcomesNow }) {
  const shown = kinds.toSorted((one, other) => (other.count ?? -1) - (one.count ?? -1));
  const most = Math.max(1, ...shown.map(({ count }) => count ?? 0));
  const hours = at === null ? 24 : Math.round((at - from) / 3_600_000);
  return (
    <Panel title={`Outcomes of ${hours} hours`} aside={<Age at={at} oldAfterSeconds={900} />}>
      {shown.length === 0 ? (
        <p class="muted">Nothing was counted yet.</p>
      ) : (
        <Table caption="Outcomes by kind" isCompact columns={columnsOf(most)} rows={shown} keyOf={({ kind }) => kind} />
      )}
    </Panel>
  );
}

const columnsOf = (most: number): Column<Kind>[] => [
  { name: 'Outcome', isName: true, cell: ({ kind }) => title(kind) },
  { name: 'Commands', isNumber: true, cell: ({ count }) => number(count) },
  {
    name: 'Share',
    cell: ({ kind, count }) => (
      <Meter label={title(kind)} value={count} most={most} words={number(count)} tone={toneOf(kind)} />
    ),
  },
];
