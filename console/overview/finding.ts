import type { Overview, Wrong } from '../../cli/console/contract/overview.ts';

const order: Readonly<Record<Wrong['severity'], number>> = { page: 0, ticket: 1, note: 2 };

/** The most urgent first, and of these the longest first. */
export const bySeverity = (wrong: readonly Wrong[]) =>
  wrong.toSorted(
    (one, other) =>
      order[one.severity] - order[other.severity] ||
      (one.since ?? Number.MAX_VALUE) - (other.since ?? Number.MAX_VALUE),
  );

export const severityWords: Readonly<Record<Wrong['severity'], string>> = {
  page: 'Now',
  ticket: 'Next working day',
  note: 'To know',
};

/** Whether the pipeline works, in one sentence. */
export function standing({ wrong, lanes, control }: Pick<Overview, 'wrong' | 'lanes' | 'control'>): string {
  const urgent = wrong.filter(({ severity }) => severity === 'page').length;
  const later = wrong.filter(({ severity }) => severity === 'ticket').length;
  const things = (count: number) => (count === 1 ? '1 thing needs' : `${count} things need`);
  if (urgent > 0) return `${things(urgent)} you now`;
  if (later > 0) return `${things(later)} you by the next working day`;
  if (control.record === 'missing') return 'The pipeline has not begun to work yet';
  const open = lanes.filter(({ state }) => state === 'open').length;
  if (open < lanes.length) return `${open} of ${lanes.length} lanes are open, and nothing needs you`;
  return 'Everything runs, and nothing needs you';
}

/** The commands of all lanes, at each step of their way. Null if a part is unknown. */
export function flowOf({ lanes, stuck }: Pick<Overview, 'lanes' | 'stuck'>) {
  const sum = (values: readonly (number | null)[]) =>
    values.some((value) => value === null) ? null : values.reduce<number>((all, one) => all + (one ?? 0), 0);
  const queues = lanes.flatMap((lane) => lane.queues);
  return {
    waiting: sum(queues.map(({ waiting }) => waiting.value)),
    inWork: sum(queues.map(({ inFlight }) => inFlight.value)),
    stuck: sum(Object.values(stuck)),
  };
}

/** Outcomes that mean a link was made or changed. */
const carriedOut = new Set(['created', 'updated', 'deleted', 'renewed']);

/** How many links were made or changed. Null if nothing was counted. */
export function doneOf({ kinds }: Overview['outcomes']): number | null {
  const counts = kinds.filter(({ kind }) => carriedOut.has(kind)).map(({ count }) => count);
  if (counts.length === 0 || counts.every((count) => count === null)) return null;
  return counts.reduce<number>((all, one) => all + (one ?? 0), 0);
}
