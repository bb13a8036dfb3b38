import type { ControlRecord } from '../domain/control/control-record.ts';
import type { Observer } from '../domain/work/observer.ts';
import type { GovernorEnvironment } from './env.ts';

export interface Mappings {
  state(id: string): Promise<'on' | 'off' | 'changing'>;
  switch(id: string, on: boolean): Promise<void>;
}

type MappedLane = Pick<GovernorEnvironment['LANES'][number], 'name' | 'mappings'>;

/**
 * Sets the event source mappings to the state in the control record, every minute. If a deployment or an operator
 * switches a paused lane's mapping on, the lane runs for a minute at most. A mapping in transition is checked again a
 * minute later.
 *
 * @throws the first error, after it has tried all mappings
 */
export async function reconcile(
  lanes: MappedLane[],
  control: ControlRecord,
  mappings: Mappings,
  observer: Observer,
): Promise<void> {
  const errors: unknown[] = [];
  for (const { name, mappings: ids } of lanes) {
    const on = control.lanes[name]?.state !== 'paused';
    for (const id of ids) {
      try {
        const state = await mappings.state(id);
        if (state === 'changing' || (state === 'on') === on) continue;
        await mappings.switch(id, on);
        observer.info(`a mapping was switched ${on ? 'on' : 'off'}`, { lane: name });
      } catch (error) {
        errors.push(error);
        observer.warn('a mapping could not be read or switched', { lane: name });
      }
    }
  }
  if (errors.length > 0) throw errors[0];
}
