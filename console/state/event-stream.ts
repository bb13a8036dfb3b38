import type { ServerEventName, ServerEvents } from '../../cli/console/contract/overview.ts';

/** How the page is connected to the console's server. */
export type Connection = 'connecting' | 'live' | 'lost';

/** The part of an `EventSource` that the stream uses. */
export interface Source {
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  addEventListener(name: string, listen: (event: { data: string }) => void): void;
  close(): void;
}

export interface StreamParts {
  open(): Source;
  /** Calls back after a time. @returns a function that prevents it */
  after(milliseconds: number, then: () => void): () => void;
  onConnection(connection: Connection): void;
  onEvent<Name extends ServerEventName>(name: Name, data: ServerEvents[Name]): void;
}

const names: readonly ServerEventName[] = ['overview', 'problem', 'act'];

/** The delays before the tries to connect again, in milliseconds. The last one repeats. */
export const retryMilliseconds = [500, 1_000, 2_000, 5_000] as const;

/**
 * Listens to the server's events, and connects again whenever the connection ends. A browser gives up after an answer that is no
 * stream. The stream never does.
 *
 * @returns a function that ends it
 */
export function listen({ open, after, onConnection, onEvent }: StreamParts): () => void {
  let failures = 0;
  let cancel: () => void = () => {};
  let source: Source | undefined;

  const connect = () => {
    const opened = open();
    source = opened;
    opened.onopen = () => {
      failures = 0;
      onConnection('live');
    };
    opened.onerror = () => {
      opened.close();
      onConnection('lost');
      const delay = retryMilliseconds[Math.min(failures, retryMilliseconds.length - 1)] ?? 5_000;
      failures += 1;
      cancel = after(delay, connect);
    };
    for (const name of names) {
      opened.addEventListener(name, ({ data }) => onEvent(name, JSON.parse(data)));
    }
  };

  onConnection('connecting');
  connect();
  return () => {
    cancel();
    source?.close();
  };
}
