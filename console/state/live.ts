import { signal } from '@preact/signals';
import type { ActRun } from '../../cli/console/contract/acts.ts';
import type { Overview } from '../../cli/console/contract/overview.ts';
import type { ApiProblem } from '../../cli/console/contract/problem.ts';
import type { Session } from '../../cli/console/contract/session.ts';
import { type Connection, listen, type Source } from './event-stream.ts';
import { type Route, routeOf } from './route.ts';
import { problemOf, read, ServerProblem } from './server.ts';

/** What the whole page shares. */
export const session = signal<Session | undefined>(undefined);
/** Why there is no session. `signedOut`: the browser has no valid cookie. */
export const sessionProblem = signal<{ problem: ApiProblem; signedOut: boolean } | undefined>(undefined);
export const overview = signal<Overview | undefined>(undefined);
export const overviewProblem = signal<(ApiProblem & { at: number }) | undefined>(undefined);
export const connection = signal<Connection>('connecting');
export const runs = signal<readonly ActRun[]>([]);
export const route = signal<Route>(routeOf(''));
/** Ticks each second, so that ages are true. */
export const now = signal(Date.now());
/** The words that a screen reader speaks. */
export const announcement = signal('');

/** Speaks a sentence. The same sentence twice is spoken twice. */
export function announce(words: string): void {
  announcement.value = announcement.value === words ? `${words}\u00a0` : words;
}

/** Adds a run, or its newest step. The answer that began a run may come after the event that ended it. */
export function withRun(known: readonly ActRun[], run: ActRun): readonly ActRun[] {
  const before = known.find(({ run: id }) => id === run.run);
  if (before !== undefined && isFurther(before, run)) return known;
  const rest = known.filter((one) => one !== before);
  return [run, ...rest].sort((one, other) => other.startedAt - one.startedAt);
}

function isFurther(one: ActRun, other: ActRun): boolean {
  if (one.endedAt !== null || other.endedAt !== null) return other.endedAt === null;
  return one.done > other.done;
}

export async function loadSession(): Promise<void> {
  try {
    session.value = await read<Session>('/api/session');
    sessionProblem.value = undefined;
  } catch (error) {
    const signedOut = error instanceof ServerProblem && (error.status === 401 || error.status === 403);
    sessionProblem.value = { problem: problemOf(error), signedOut };
  }
}

async function loadRuns(): Promise<void> {
  const known = await read<ActRun[]>('/api/acts').catch(() => []);
  runs.value = known.reduce(withRun, runs.value);
}

/** Connects the shared state with the browser and the server. */
export function goLive(): void {
  const place = () => {
    route.value = routeOf(location.hash);
  };
  addEventListener('hashchange', place);
  place();
  setInterval(() => {
    now.value = Date.now();
  }, 1000);
  void loadSession();
  void loadRuns();
  listen({
    open: () => new EventSource('/api/events') as unknown as Source,
    after: (milliseconds, then) => {
      const timer = setTimeout(then, milliseconds);
      return () => clearTimeout(timer);
    },
    onConnection: connected,
    onEvent: (name, data) => {
      if (name === 'overview') {
        overview.value = data as Overview;
        overviewProblem.value = undefined;
      } else if (name === 'problem') overviewProblem.value = data as ApiProblem & { at: number };
      else runs.value = withRun(runs.value, data as ActRun);
    },
  });
}

function connected(next: Connection): void {
  // The server may be another one: its session can differ, and it knows other runs.
  if (next === 'live' && connection.value === 'lost') {
    void loadSession();
    void loadRuns();
    announce('Connected again.');
  }
  if (next === 'lost' && connection.value === 'live') announce('The connection to the console’s server is lost.');
  connection.value = next;
}
