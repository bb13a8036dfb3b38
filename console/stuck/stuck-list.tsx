import { useEffect } from 'preact/hooks';
import type { ActForm, StuckItems, StuckKind, StuckPage } from '../../cli/console/contract.ts';
import { ActButton } from '../acts/act-button.tsx';
import { Age } from '../parts/age.tsx';
import { Empty, Notes, ProblemNote, Waiting } from '../parts/notes.tsx';
import { Pager } from '../parts/pager.tsx';
import { Panel } from '../parts/panel.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { runs, session } from '../state/live.ts';
import { useLoaded } from '../state/loaded.ts';
import { usePaged } from '../state/paged.ts';
import { read } from '../state/server.ts';
import { title } from '../state/words.ts';
import { sharedActs, useSelection } from './selection.ts';

interface StuckListProps<Kind extends StuckKind> {
  kind: Kind;
  columns: readonly Column<StuckItems[Kind]>[];
  labelOf(item: StuckItems[Kind]): string;
  /** What it means that nothing is here. */
  nothing: string;
  /** Marks a row. */
  classOf?(item: StuckItems[Kind]): string;
  /** Leaves out a row with nothing to see. */
  isShown?(item: StuckItems[Kind]): boolean;
}

interface Item {
  id: string;
  acts?: readonly ActForm[];
}

const refreshMilliseconds = 10_000;

/** One kind of stuck work. A selection acts as one. */
export function StuckList<Kind extends StuckKind>({
  kind,
  columns,
  labelOf,
  nothing,
  classOf,
  isShown = () => true,
}: StuckListProps<Kind>) {
  const paged = usePaged();
  const path = `/api/stuck/${kind}${paged.after === '' ? '' : `?after=${encodeURIComponent(paged.after)}`}`;
  const { answer, problem, reload } = useLoaded(
    path,
    (signal) => read<StuckPage<StuckItems[Kind]>>(path, signal),
    refreshMilliseconds,
  );
  useReloadAfterRuns(reload);
  const items = answer?.items.filter(isShown) ?? [];
  return (
    <>
      {problem && <ProblemNote problem={problem} again={reload} />}
      {answer === undefined && problem === undefined && <Waiting what="the list" />}
      {answer && (
        <Panel title={title(kind)} aside={<Age at={answer.at} />}>
          <Notes notes={answer.notes} />
          {items.length === 0 ? (
            <Empty title={nothing} />
          ) : (
            <Rows items={items} columns={columns} kind={kind} labelOf={labelOf} {...(classOf && { classOf })} />
          )}
          <Pager paged={paged} next={answer.next} of={title(kind)} />
        </Panel>
      )}
    </>
  );
}

type RowsProps<Kind extends StuckKind> = Omit<StuckListProps<Kind>, 'nothing' | 'isShown'> & {
  items: readonly StuckItems[Kind][];
};

function Rows<Kind extends StuckKind>({ items, columns, kind, labelOf, classOf }: RowsProps<Kind>) {
  const { chosen, choice, clear } = useSelection(items, labelOf);
  const offered = items.some((item: Item) => (item.acts?.length ?? 0) > 0);
  const acts = sharedActs(chosen.map((item: Item) => ({ acts: item.acts ?? [] })));
  const canChoose = offered && session.value?.readOnly === false;
  return (
    <>
      {canChoose && (
        <section class="selection" aria-label="Acts for the selection">
          <span>{chosen.length === 0 ? 'Select rows to act on them' : `${chosen.length} selected`}</span>
          {items.length > 1 && (
            <button type="button" class="small" onClick={() => choice.toggleAll(chosen.length < items.length)}>
              {chosen.length < items.length ? 'Select all' : 'Select none'}
            </button>
          )}
          {acts.map(({ label, forms }) => (
            <ActButton
              key={label}
              acts={forms.map(({ act }) => act)}
              label={label}
              look={forms.some(({ isDestructive }) => isDestructive) ? 'danger' : 'primary'}
              title={
                chosen.length === 1 && chosen[0]
                  ? `${label}: ${labelOf(chosen[0])}`
                  : `${label}: ${chosen.length} items`
              }
              onStarted={clear}
            />
          ))}
          {chosen.length > 0 && acts.length === 0 && <span class="muted">No act fits all of these.</span>}
        </section>
      )}
      <Table
        caption={title(kind)}
        columns={columns}
        rows={items}
        keyOf={({ id }: Item) => id}
        {...(canChoose && { choice })}
        {...(classOf && { classOf })}
      />
    </>
  );
}

/** A list is out of date as soon as an act has ended. */
export function useReloadAfterRuns(reload: () => void): void {
  const ended = runs.value.filter(({ endedAt }) => endedAt !== null).length;
  // Each end of an act, and nothing else, reads the list again.
  useEffect(() => {
    if (ended > 0) reload();
  }, [ended]);
}
