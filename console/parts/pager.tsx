import type { Paged } from '../state/paged.ts';

/** Forward and back through a long list. A list of one page has none. */
export function Pager({ paged, next, of }: { paged: Paged; next: string | null; of: string }) {
  if (paged.page === 1 && next === null) return null;
  return (
    <nav class="pager" aria-label={`Pages of ${of}`}>
      <button type="button" disabled={paged.page === 1} onClick={paged.back}>
        Back
      </button>
      <span>Page {paged.page}</span>
      <button type="button" disabled={next === null} onClick={() => next !== null && paged.forward(next)}>
        Next
      </button>
    </nav>
  );
}
