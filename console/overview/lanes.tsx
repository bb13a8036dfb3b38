import type { LaneNow, Overview } from '../../cli/console/contract/overview.ts';
import { durationWords } from '../../cli/words/words.ts';
import { ActButton } from '../acts/act-button.tsx';
import { laneAct } from '../acts/made-acts.ts';
import { Age, Since } from '../parts/age.tsx';
import { Panel } from '../parts/panel.tsx';
import { Pill } from '../parts/pill.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { number, title, unknown } from '../state/words.ts';
import { laneWords, reasonWords } from './lane-words.ts';

interface Row {
  lane: LaneNow;
  queue: LaneNow['queues'][number] | undefined;
  isFirst: boolean;
}

/** The lanes: a row for each queue, because a lane can have several. */
export function Lanes({ seen }: { seen: Overview }) {
  const rows = seen.lanes.flatMap((lane): Row[] =>
    lane.queues.length === 0
      ? [{ lane, queue: undefined, isFirst: true }]
      : lane.queues.map((queue, index) => ({ lane, queue, isFirst: index === 0 })),
  );
  return (
    <Panel id="lanes" title="Lanes" aside={<Age at={seen.at} />}>
      <p class="muted">A lane is a queue of commands with its own worker and its share of the rate.</p>
      <Table
        caption="Lanes, and the messages in their queues"
        columns={columns}
        rows={rows}
        keyOf={({ lane, queue }) => `${lane.lane} ${queue?.kind}`}
      />
    </Panel>
  );
}

const columns: Column<Row>[] = [
  { name: 'Lane', isName: true, cell: ({ lane, queue }) => <LaneName lane={lane} kind={queue?.kind} /> },
  { name: 'State', cell: ({ lane }) => <LaneState lane={lane} /> },
  { name: 'Waiting', isNumber: true, cell: ({ queue }) => number(queue?.waiting.value) },
  { name: 'In work', isNumber: true, cell: ({ queue }) => number(queue?.inFlight.value) },
  { name: 'Oldest', isNumber: true, cell: ({ queue }) => <Oldest queue={queue} /> },
  { name: 'Parked', isNumber: true, cell: ({ lane, isFirst }) => (isFirst ? parkedWords(lane) : '–') },
  { name: 'Empty in', isNumber: true, cell: ({ lane, isFirst }) => (isFirst ? drainWords(lane) : '–') },
  {
    name: 'Act',
    cell: ({ lane, isFirst }) => {
      if (!isFirst) return null;
      const { act, label } = laneAct(lane);
      return <ActButton acts={[act]} label={label} look="small" title={`${label} the lane ${lane.lane}`} />;
    },
  },
];

function LaneName({ lane, kind }: { lane: LaneNow; kind: string | undefined }) {
  return (
    <>
      <strong>{lane.lane}</strong>
      <span class="small muted block">{laneWords(lane.lane, kind)}</span>
    </>
  );
}

function LaneState({ lane: { state, reason, since, note } }: { lane: LaneNow }) {
  return (
    <>
      <Pill state={state} words={title(state)} />
      {reason !== null && state !== 'open' && <span class="small block">{reasonWords(reason)}</span>}
      {since !== null && state !== 'open' && (
        <span class="small muted block">
          since <Since at={since} />
        </span>
      )}
      {note !== null && <span class="small block">“{note}”</span>}
    </>
  );
}

function Oldest({ queue }: { queue: Row['queue'] }) {
  if (queue === undefined) return <>{unknown}</>;
  if (queue.waiting.value === 0 && queue.inFlight.value === 0) return <>–</>;
  const { value } = queue.oldestSeconds;
  return <>{value === null ? unknown : durationWords(value)}</>;
}

const parkedWords = ({ parked, takesCommands }: LaneNow) =>
  parked.value === null && !takesCommands ? '–' : number(parked.value);

function drainWords({ secondsToDrain, state, queues }: LaneNow): string {
  if (queues.every(({ waiting }) => waiting.value === 0)) return '–';
  if (secondsToDrain === null) return state === 'open' || state === 'unknown' ? unknown : `not while ${state}`;
  return durationWords(secondsToDrain);
}
