import { useState } from 'preact/hooks';
import type { ApiProblem } from '../../cli/console/contract/problem.ts';
import type { QuarantinedItem, QuarantinedLine } from '../../cli/console/contract/stuck.ts';
import { Since } from '../parts/age.tsx';
import { ProblemNote } from '../parts/notes.tsx';
import type { Column } from '../parts/table.tsx';
import { ask, problemOf } from '../state/server.ts';
import { bytes } from '../state/words.ts';
import { RequestLink } from './request-link.tsx';
import { StuckList } from './stuck-list.tsx';

/** Parked commands that could not be replayed, a row for each object. */
export function Quarantine() {
  return (
    <StuckList
      kind="quarantine"
      columns={columns}
      labelOf={({ key }) => key}
      nothing="Nothing is in quarantine: all parked commands can be replayed."
    />
  );
}

const columns: Column<QuarantinedItem>[] = [
  { name: 'Object', isName: true, cell: ({ key }) => <code>{key.split('/').at(-1)}</code> },
  { name: 'Lane', cell: ({ lane }) => lane },
  {
    name: 'Why',
    cell: ({ reason }) => (reason === 'refused' ? 'the lane’s queue refused it' : 'the replayer could not read it'),
  },
  { name: 'Since', cell: ({ at }) => <Since at={at} /> },
  { name: 'Size', isNumber: true, cell: (item) => bytes(item.bytes) },
  { name: 'Commands', cell: ({ key }) => <Lines of={key} /> },
];

/** What an object holds, without values. It is read when somebody asks. */
function Lines({ of }: { of: string }) {
  const [lines, setLines] = useState<readonly QuarantinedLine[] | undefined>(undefined);
  const [problem, setProblem] = useState<ApiProblem | undefined>(undefined);
  const show = () =>
    ask<QuarantinedLine[]>('/api/stuck/quarantine/lines', { key: of }).then(setLines, (error) =>
      setProblem(problemOf(error)),
    );
  if (problem !== undefined) return <ProblemNote problem={problem} />;
  if (lines === undefined) {
    return (
      <button type="button" class="small" aria-label={`Show the commands of ${of}`} onClick={() => void show()}>
        Show
      </button>
    );
  }
  return (
    <ul class="plain">
      {lines.map(({ source, requestId, action, why }, index) => (
        <li key={index}>
          {action} <RequestLink source={source} requestId={requestId} />: {why}
        </li>
      ))}
    </ul>
  );
}
