import type { LocalCloud } from '../../cloud/cloud.ts';
import type { Timeline } from './timeline.ts';

/** The lines of the governor's and the replayer's logs that a story tells of. */
interface LogLine {
  message?: string;
  lane?: string;
  state?: string;
  reason?: string;
  count?: number;
}

/** Writes into the timeline what governor, replayer and alarms do. */
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
    // That an alarm has its first data is no news.
    if (from === 'INSUFFICIENT_DATA' && to === 'OK') return;
    const alarm = name.replace(`${stackName}-`, '');
    timeline.add({ what: 'alarm', alarm, state: to, overLeap: isLeap }, atMilliseconds);
  });

  return {
    /** Nothing is measured in a time that is leapt over: an alarm may go off, or fall silent, for that alone. */
    leaping: (leaps: boolean) => {
      isLeap = leaps;
    },
    /** Writes what is better said once a step. */
    tell: () => {
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
