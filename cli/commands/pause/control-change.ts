import {
  type ControlReading,
  type ControlRecord,
  emptyControl,
} from '../../../lambdas/domain/control/control-record.ts';
import { lanesOff, type Mappings } from '../../../lambdas/governor/mappings.ts';
import { OperatorError } from '../../operator-error.ts';
import type { LaneAtWork } from '../../pipeline/lanes-at-work.ts';
import type { Order, Ordered } from './lane-orders.ts';

export interface ControlChangePorts {
  control: {
    read(): Promise<ControlReading>;
    write(next: ControlRecord, read: ControlReading): Promise<boolean>;
  };
  mappings: Pick<Mappings, 'state'>;
  nowMilliseconds(): number;
}

/** The governor writes once a minute and the replayer now and then: to lose so often, something must be broken. */
const attempts = 10;

/**
 * Writes an operator's word into the control record, on top of what stands there at that moment.
 *
 * @param order from the record as it stands to the one that is wanted
 * @throws OperatorError when others change the record again and again
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
    `The control record was changed by others ${attempts} times in a row, and was left alone. Try again.`,
  );
}

/**
 * There is no record (yet), or it makes no sense. As the governor does, lanes whose mappings are off are taken for paused: a
 * record without them would wake them.
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
