import type { ParkedLane } from '../../cli/console/contract/stuck.ts';
import { Since } from '../parts/age.tsx';
import { Pill } from '../parts/pill.tsx';
import type { Column } from '../parts/table.tsx';
import { bytes, number } from '../state/words.ts';
import { StuckList } from './stuck-list.tsx';

/** Parked commands, a row for each lane. */
export function Parked() {
  return (
    <StuckList
      kind="parked"
      columns={columns}
      labelOf={({ lane }) => `the lane ${lane}`}
      nothing="Nothing is parked: every command had its quota."
      isShown={({ commands }) => commands > 0}
      classOf={({ isReplayed }) => (isReplayed ? '' : 'warn')}
    />
  );
}

const columns: Column<ParkedLane>[] = [
  { name: 'Lane', isName: true, cell: ({ lane }) => lane },
  { name: 'Commands', isNumber: true, cell: ({ commands }) => number(commands) },
  { name: 'Size', isNumber: true, cell: (item) => bytes(item.bytes) },
  { name: 'Oldest', cell: ({ oldestAt }) => <Since at={oldestAt} /> },
  { name: 'Newest', cell: ({ newestAt }) => <Since at={newestAt} /> },
  {
    name: 'Replayed',
    cell: ({ isReplayed }) =>
      isReplayed ? 'when there is quota' : <Pill state="waiting" words="never: the pipeline has no such lane" />,
  },
];
