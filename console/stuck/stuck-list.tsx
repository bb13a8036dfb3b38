import { useEffect } from 'preact/hooks';
import type { StuckItems, StuckKind, StuckPage } from '../../cli/console/contract.ts';
import { Age } from '../parts/age.tsx';
import { Empty, Notes, ProblemNote, Waiting } from '../parts/notes.tsx';
import { Pager } from '../parts/pager.tsx';
import { Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { runs } from '../state/live.ts';
import { useLoaded } from '../state/loaded.ts';
import { usePaged } from '../state/paged.ts';
import { read } from '../state/server.ts';
import { title } from '../state/words.ts';
import { Rows } from './rows.tsx';

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
export function useReloadAfterRuns(reload: () => void): void {
  const ended = runs.value.filter(({ endedAt }) => endedAt !== null).length;
  // Each end of an act, and nothing else, reads the list again.
  useEffect(() => {
    if (ended > 0) reload();
  }, [ended]);
}
