import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { StuckKind, StuckPageOf } from '../../cli/console/contract/stuck.ts';
import { Age } from '../parts/age.tsx';
import { Empty, Notes, ProblemNote, Waiting } from '../parts/notes.tsx';
import { Pager } from '../parts/pager.tsx';
import { Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { overview, runs } from '../state/live.ts';
import { useLoaded } from '../state/loaded.ts';
import { usePaged } from '../state/paged.ts';
import { read } from '../state/server.ts';
import { countedByLists } from '../state/stuck-counts.ts';
import { title } from '../state/words.ts';
import { Rows } from './rows.tsx';

/** An item of a kind. */
type Item<Kind extends StuckKind> = StuckPageOf[Kind]['items'][number];

interface StuckListProps<Kind extends StuckKind> {
  kind: Kind;
  columns: readonly Column<Item<Kind>>[];
  labelOf(item: Item<Kind>): string;
  /** What it means that nothing is here. */
  nothing: string;
  /** Marks a row. */
  classOf?(item: Item<Kind>): string;
  /** Leaves out a row with nothing to see. */
  isShown?(item: Item<Kind>): boolean;
  /** What stands above the list, of the same reading. */
  above?(page: StuckPageOf[Kind]): ComponentChildren;
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
  above = () => null,
}: StuckListProps<Kind>) {
  const paged = usePaged();
  const path = `/api/stuck/${kind}${paged.after === '' ? '' : `?after=${encodeURIComponent(paged.after)}`}`;
  const { answer, problem, reload } = useLoaded(
    path,
    (signal) => read<StuckPageOf[Kind]>(path, signal),
    refreshMilliseconds,
  );
  useReloadAfterRuns(reload);
  useOneCount(kind, answer, reload);
  const all: readonly Item<Kind>[] = answer?.items ?? [];
  const items = all.filter(isShown);
  return (
    <>
      {problem && <ProblemNote problem={problem} again={reload} />}
      {answer === undefined && problem === undefined && <Waiting what="the list" />}
      {answer && above(answer)}
      {answer && (
        <Panel title={title(kind)} aside={<Age at={answer.at} />}>
          <Notes notes={answer.notes} />
          {items.length === 0 ? (
            <Empty title={nothing} />
          ) : (
            <Rows
              items={items}
              columns={columns}
              caption={title(kind)}
              labelOf={labelOf}
              {...(classOf && { classOf })}
            />
          )}
          <Pager paged={paged} next={answer.next} of={title(kind)} />
        </Panel>
      )}
    </>
  );
}

/** A list is out of date as soon as an act has ended. */
function useReloadAfterRuns(reload: () => void): void {
  const ended = runs.value.filter(({ endedAt }) => endedAt !== null).length;
  // Each end of an act, and nothing else, reads the list again.
  useEffect(() => {
    if (ended > 0) reload();
  }, [ended]);
}

/** Gives the tabs the count of the list, and reads the list again if the overview has a newer count that differs. */
function useOneCount(kind: StuckKind, page: { at: number; count: number } | undefined, reload: () => void): void {
  const [at, count] = [page?.at, page?.count];
  useEffect(() => {
    if (at !== undefined && count !== undefined)
      countedByLists.value = { ...countedByLists.peek(), [kind]: { at, count } };
  }, [kind, at, count]);
  const newer = overview.value !== undefined && at !== undefined && overview.value.at > at ? overview.value : undefined;
  const differs = newer !== undefined && newer.stuck[kind] !== count;
  useEffect(() => {
    if (differs) reload();
  }, [newer?.at, differs]);
}
