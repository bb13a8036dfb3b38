import type { LocalCloud } from '../../cloud/cloud.ts';
import type { Timeline } from './timeline.ts';

/** The log lines of the governor and the replayer that the timeline uses. */
interface LogLine {
  message?: string;
  lane?: string;
  state?: string;
  reason?: string;
  count?: number;
}

/** Adds the acts of governor, replayer and alarms to the timeline. */
export function watchPipeline(cloud: Pick<LocalCloud, 'on'>, timeline: Timeline, stackName: string) {
  const switched = new Map<string, { lane: string; switched: 'on' | 'off'; mappings: number }>();
  let isLeap = false;

  cloud.on('log', ({ line }) => {
    const { message, lane, state, reason, count } = read(line);
    if (lane === undefined) return;
    if (message === 'a lane changed' && state !== undefined) {
      timeline.add({ what: 'lane', lane, state, ...(reason !== undefined && { reason }) });
    }
    if (message === 'parked commands were replayed') timeline.add({ what: 'replayed', lane, commands: count ?? 0 });
    const word = /^a mapping was switched (on|off)$/.exec(message ?? '')?.[1] as 'on' | 'off' | undefined;
    if (word === undefined) return;
    const key = `${lane} ${word}`;
    switched.set(key, { lane, switched: word, mappings: (switched.get(key)?.mappings ?? 0) + 1 });
  });
  cloud.on('alarm', ({ atMilliseconds, name, from, to }) => {
    // An alarm's first data is not an event.
    if (from === 'INSUFFICIENT_DATA' && to === 'OK') return;
    const alarm = name.replace(`${stackName}-`, '');
    timeline.add({ what: 'alarm', alarm, state: to, overLeap: isLeap }, atMilliseconds);
  });

  return {
    /** Nothing is measured during a leap. An alarm may fire or clear only because of that. */
    leaping: (leaps: boolean) => {
      isLeap = leaps;
    },
    /** Adds the events that are counted for each step. */
    flush: () => {
      for (const one of switched.values()) timeline.add({ what: 'mappings', ...one });
      switched.clear();
    },
  };
}

function read(line: string): LogLine {
  if (!line.startsWith('{')) return {};
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return {};
  }
}
