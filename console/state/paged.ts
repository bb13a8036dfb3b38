import { useState } from 'preact/hooks';

/** The pages of a long list, of which each names the next one. */
export interface Paged {
  /** What to send as `after`. Empty for the first page. */
  after: string;
  /** 1 for the first page. */
  page: number;
  forward(next: string): void;
  back(): void;
  restart(): void;
}

export function usePaged(): Paged {
  const [starts, setStarts] = useState<readonly string[]>(['']);
  return {
    after: starts.at(-1) ?? '',
    page: starts.length,
    forward: (next) => setStarts((known) => [...known, next]),
    back: () => setStarts((known) => (known.length > 1 ? known.slice(0, -1) : known)),
    restart: () => setStarts(['']),
  };
}
