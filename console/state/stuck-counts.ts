import { computed, signal } from '@preact/signals';
import type { Overview } from '../../cli/console/contract/overview.ts';
import type { StuckKind } from '../../cli/console/contract/stuck.ts';
import { overview, route } from './live.ts';

/** What a list of stuck work has counted, and when, by the server's clock. */
type Counted = { at: number; count: number };
type ByList = Readonly<Partial<Record<StuckKind, Counted>>>;

/** What each list has counted last. */
export const countedByLists = signal<ByList>({});

/**
 * The counts beside the tabs. The tab of the open list has the list's own count. Another tab has the newer one of overview and
 * list.
 *
 * @param open the kind whose list is open
 */
export function countsOf(
  { at, stuck }: Pick<Overview, 'at' | 'stuck'>,
  lists: ByList,
  open: string | undefined,
): Overview['stuck'] {
  const kinds = Object.keys(stuck) as StuckKind[];
  const counts = kinds.map((kind) => {
    const list = lists[kind];
    const isOfList = list !== undefined && (kind === open || list.at >= at);
    return [kind, isOfList ? list.count : stuck[kind]];
  });
  return Object.fromEntries(counts);
}

/** How much of each kind is stuck. Undefined before the first reading. */
export const stuckCounts = computed(() => {
  const { page, path } = route.value;
  const open = page === 'stuck' ? (path[0] ?? 'parked') : undefined;
  return overview.value && countsOf(overview.value, countedByLists.value, open);
});
