import { useState } from 'preact/hooks';
import type { Paged } from './paged.ts';

/** One page of a list that the browser has as a whole. A page that no longer exists is the last one. */
export function usePagedRows<Row>(
  rows: readonly Row[],
  size = 50,
): { shown: readonly Row[]; paged: Paged; next: string | null } {
  const [asked, setPage] = useState(1);
  const last = Math.max(1, Math.ceil(rows.length / size));
  const page = Math.min(asked, last);
  return {
    shown: rows.slice((page - 1) * size, page * size),
    next: page < last ? String(page + 1) : null,
    paged: {
      after: '',
      page,
      forward: () => setPage(page + 1),
      back: () => setPage(page - 1),
      restart: () => setPage(1),
    },
  };
}
