import { setTimeout as sleep } from 'node:timers/promises';
import type { MappingState } from '../../../lambdas/adapters/lane-mappings.ts';
import type { ControlReading, LaneState } from '../../../lambdas/domain/control/control-record.ts';
import type { LaneAtWork } from '../../pipeline/lanes-at-work.ts';

/** What the wait reads. */
export interface FollowingPorts {
  control: { read(): Promise<ControlReading> };
  mappings: { state(id: string): Promise<MappingState> };
}

/** How the wait ended: as wanted, or why not. */
export type Followed = { done: true } | { done: false; words: string };

const pollEveryMilliseconds = 2_000;
/** Five minutes. The governor runs each minute, and a mapping takes another minute to change. */
const attempts = 150;

/**
 * Waits until the lanes' mappings follow the control record.
 *
 * @param wanted the state that each lane is to have
 * @param onPoll receives how many mappings have not changed yet
 */
export async function followMappings(
  lanes: readonly LaneAtWork[],
  wanted: ReadonlyMap<string, LaneState>,
  ports: FollowingPorts,
  { interrupted, onPoll }: { interrupted: AbortSignal; onPoll: (left: number) => void },
): Promise<Followed> {
  const waitedFor = lanes.filter(({ name }) => wanted.has(name));
  for (let attempt = 1; !interrupted.aborted; attempt++) {
    const { control } = await ports.control.read();
    for (const { name } of waitedFor) {
      const { state, reason } = control?.lanes[name] ?? {};
      const isPaused = state === 'paused';
      if (state === undefined || isPaused === (wanted.get(name) === 'paused')) continue;
      const change = isPaused ? 'was paused again' : 'was resumed in the meantime';
      return { done: false, words: `${name} ${change}${reason === undefined ? '' : ` (${reason})`}.` };
    }
    const left = await mappingsLeft(waitedFor, wanted, ports);
    if (left === 0) return { done: true };
    onPoll(left);
    if (attempt >= attempts) {
      const words = `${left} mappings have not changed yet. To check whether the governor runs, run: onelink doctor`;
      return { done: false, words };
    }
    await sleep(pollEveryMilliseconds, undefined, { signal: interrupted }).catch(() => {});
  }
  return {
    done: false,
    words: 'Interrupted. The control record has the change, and the governor switches the mappings.',
  };
}

async function mappingsLeft(
  lanes: readonly LaneAtWork[],
  wanted: ReadonlyMap<string, LaneState>,
  { mappings }: Pick<FollowingPorts, 'mappings'>,
): Promise<number> {
  let left = 0;
  for (const { name, workers } of lanes) {
    const goal: MappingState = wanted.get(name) === 'paused' ? 'off' : 'on';
    const states = await Promise.all(workers.map(({ mappingId }) => mappings.state(mappingId)));
    left += states.filter((state) => state !== goal).length;
  }
  return left;
}
