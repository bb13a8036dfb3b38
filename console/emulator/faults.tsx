import { useState } from 'preact/hooks';
import type { EmulatorFault, FaultRequest } from '../../cli/console/contract/emulator.ts';
import { Field, Select, Text } from '../parts/field.tsx';
import { Panel } from '../parts/panel.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { number, title } from '../state/words.ts';
import type { Change } from './emulator-page.tsx';

/** The kinds of faults that need no further setting. local/onelink-api/README.md lists all. */
const kinds = [
  { value: 'status', label: 'Status 503' },
  { value: 'latency', label: 'Two seconds late' },
  { value: 'error-after', label: 'An error, after the call took effect' },
  { value: 'reset-before', label: 'A reset, before the call took effect' },
  { value: 'reset-after', label: 'A reset, after the call took effect' },
  { value: 'hang', label: 'No answer' },
  { value: 'truncated', label: 'Half an answer' },
  { value: 'not-json', label: 'An answer that is not JSON' },
] as const;
const operations = ['any', 'create', 'read', 'update', 'delete', 'qr', 'quota'] as const;

/** The faults that the emulator plays, and a form to add one. */
export function Faults({ faults, change }: { faults: readonly EmulatorFault[]; change: Change | undefined }) {
  return (
    <Panel title={`Faults (${faults.length})`}>
      {faults.length === 0 ? (
        <p class="muted">None: it answers as the API would.</p>
      ) : (
        <Table
          caption="Faults that are played"
          columns={columns}
          rows={faults}
          keyOf={({ kind, operation, timesLeft }) => `${kind} ${operation} ${timesLeft}`}
        />
      )}
      {change && <AddFault change={change} />}
    </Panel>
  );
}

const columns: Column<EmulatorFault>[] = [
  { name: 'Fault', isName: true, cell: ({ kind }) => title(kind) },
  { name: 'Calls', cell: ({ operation }) => operation },
  {
    name: 'Times left',
    isNumber: true,
    cell: ({ timesLeft }) => (timesLeft === null ? 'without an end' : number(timesLeft)),
  },
];

function AddFault({ change }: { change: Change }) {
  const [kind, setKind] = useState<string>('status');
  const [operation, setOperation] = useState<string>('any');
  const [times, setTimes] = useState('10');
  const submit = (event: Event) => {
    event.preventDefault();
    const body: FaultRequest = { kind, operation, ...(times !== '' && { times: Number(times) }) };
    void change('faults', body, `${title(kind)} is added.`);
  };
  return (
    <form class="find" onSubmit={submit}>
      <Field label="Fault">
        <Select value={kind} onValue={setKind} options={kinds} />
      </Field>
      <Field label="Calls">
        <Select value={operation} onValue={setOperation} options={operations} />
      </Field>
      <Field label="Times">
        <Text type="number" min={1} max={1_000_000} step={1} value={times} onValue={setTimes} />
      </Field>
      <button type="submit">Add the fault</button>
    </form>
  );
}
