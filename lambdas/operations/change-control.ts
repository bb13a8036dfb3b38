import { type ControlReading, type ControlRecord, emptyControl } from '../domain/control/control-record.ts';
import type { Order, Ordered } from '../domain/control/lane-orders.ts';
import { lanesOff } from '../domain/control/lanes-off.ts';
import type { OperationsEnvironment } from './env.ts';
import { ActFailed } from './performers.ts';

/** The adapters that a change of the control record needs. */
export interface ControlChangePorts {
  control: {
    read(): Promise<ControlReading>;
    write(next: ControlRecord, read: ControlReading): Promise<boolean>;
  };
  mappings: { state(id: string): Promise<'on' | 'off' | 'changing'> };
  clock: { wallMilliseconds(): number };
}

/** Only the governor (once a minute) and the replayer write it. To lose the conditional write this often means a fault. */
const attempts = 10;

/**
 * Writes an operator override into the control record, by a conditional write over the record just read.
 *
 * @param order makes the wanted record from the current one
 * @throws ActFailed if other writers change the record at each attempt
 */
export async function changeControl(
  lanes: OperationsEnvironment['LANES'],
  ports: ControlChangePorts,
  order: (control: ControlRecord) => Order,
): Promise<Ordered[]> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const reading = await ports.control.read();
    const control = reading.control ?? (await rebuilt(lanes, ports));
    const next = order(control);
    if (next.ordered.every(({ changed }) => !changed)) return next.ordered;
    if (await ports.control.write(next.control, reading)) return next.ordered;
  }
  throw new ActFailed(
    `Other writers changed the control record ${attempts} times in a row. Nothing was written. Try again.`,
  );
}

/**
 * Builds a record if there is none, or none that can be read. As the governor does, it treats lanes whose mappings are off
 * as paused. A record without them would turn them on.
 */
async function rebuilt(
  lanes: OperationsEnvironment['LANES'],
  { mappings, clock }: ControlChangePorts,
): Promise<ControlRecord> {
  const since = clock.wallMilliseconds();
  const paused = { state: 'paused', reason: 'control-record-lost', since } as const;
  const off = await lanesOff(lanes, mappings);
  return { ...emptyControl, lanes: Object.fromEntries(off.map((name) => [name, paused])), parkedAt: since };
}
