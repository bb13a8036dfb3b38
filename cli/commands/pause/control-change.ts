import {
  type ControlReading,
  type ControlRecord,
  emptyControl,
} from '../../../lambdas/domain/control/control-record.ts';
import { lanesOff, type Mappings } from '../../../lambdas/governor/mappings.ts';
import type { LaneAtWork } from '../../pipeline/lanes-at-work.ts';
import { OperatorError } from '../../words/operator-error.ts';
import type { Order, Ordered } from './lane-orders.ts';

export interface ControlChangePorts {
  control: {
    read(): Promise<ControlReading>;
    write(next: ControlRecord, read: ControlReading): Promise<boolean>;
  };
  mappings: Pick<Mappings, 'state'>;
  nowMilliseconds(): number;
}

/** Only the governor (once a minute) and the replayer write it. To lose the conditional write this often means a fault. */
const attempts = 10;

/**
 * Writes an operator override into the control record, by a conditional write over the record just read.
 *
 * @param order makes the wanted record from the current one
 * @throws OperatorError if other writers change the record at each attempt
 */
export async function changeControl(
  lanes: readonly LaneAtWork[],
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
  throw new OperatorError(
    `Other writers changed the control record ${attempts} times in a row. Nothing was written. Try again.`,
  );
}

/**
 * Builds a record if there is none, or none that can be read. As the governor does, it treats lanes whose mappings are off
 * as paused. A record without them would turn them on.
 */
async function rebuilt(lanes: readonly LaneAtWork[], ports: ControlChangePorts): Promise<ControlRecord> {
  const mapped = lanes.map(({ name, workers }) => ({ name, mappings: workers.map(({ mappingId }) => mappingId) }));
  const mappings: Mappings = {
    state: (id) => ports.mappings.state(id),
    switch: () => Promise.reject(new Error('only the governor switches mappings')),
  };
  const since = ports.nowMilliseconds();
  const paused = { state: 'paused', reason: 'control-record-lost', since } as const;
  const off = await lanesOff(mapped, mappings);
  return { ...emptyControl, lanes: Object.fromEntries(off.map((name) => [name, paused])), parkedAt: since };
}
