import type { ControlRecord } from '../domain/control/control-record.ts';
import { type Order, pausedBy, resumedBy } from '../domain/control/lane-orders.ts';
import { type ControlChangePorts, changeControl } from './change-control.ts';
import type { OperationsEnvironment } from './env.ts';
import { ActFailed, type Performers } from './performers.ts';

/** The acts on lanes. They write the control record. The governor switches the mappings within a minute. */
export function laneActs(
  { LANES }: Pick<OperationsEnvironment, 'LANES'>,
  ports: ControlChangePorts,
): Pick<Performers, 'pause' | 'resume'> {
  const change = async (names: readonly string[], order: (control: ControlRecord) => Order) => {
    for (const name of names) if (!LANES.some((lane) => lane.name === name)) throw unknownLane(name, LANES);
    const ordered = await changeControl(LANES, ports, order);
    const changed = ordered.filter((one) => one.changed).map(({ lane, state }) => `${lane} ${state}`);
    return { answer: { ordered }, effect: { changed } };
  };
  const now = () => ports.clock.wallMilliseconds();
  return {
    pause: ({ lanes }, { reason = '' }) =>
      change(lanes, (control) => pausedBy(control, lanes, { note: reason, nowMilliseconds: now() })),
    resume: ({ lanes }) => change(lanes, (control) => resumedBy(control, lanes, now())),
  };
}

function unknownLane(name: string, lanes: OperationsEnvironment['LANES']): ActFailed {
  return new ActFailed(`There is no lane ${name}. The lanes are ${lanes.map((lane) => lane.name).join(', ')}.`);
}
