import type { HeldSender } from '../../cli/console/contract/stuck.ts';
import { Since } from '../parts/age.tsx';
import { Pill } from '../parts/pill.tsx';
import type { Column } from '../parts/table.tsx';
import { number } from '../state/words.ts';
import { StuckList } from './stuck-list.tsx';

/** Commands of senders that nobody knows yet. */
export function Held() {
  return (
    <StuckList
      kind="held"
      columns={columns}
      labelOf={({ sender, source }) => `${sender} as ${source}`}
      nothing="Nothing is held: the pipeline knows every sender."
    />
  );
}

const columns: Column<HeldSender>[] = [
  { name: 'Sender', isName: true, cell: ({ sender }) => <code>{sender}</code> },
  { name: 'Sends as', cell: ({ source }) => source },
  { name: 'Commands', isNumber: true, cell: ({ commands }) => number(commands) },
  { name: 'Since', cell: ({ since }) => <Since at={since} /> },
  { name: 'Decision', cell: ({ decision }) => (decision === null ? 'none yet' : <Pill state={decision} />) },
];
