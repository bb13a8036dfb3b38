import { useState } from 'preact/hooks';
import type { ClockRequest, QuotaRequest } from '../../cli/console/contract/emulator.ts';
import { Field, Select, Text } from '../parts/field.tsx';
import { Panel } from '../parts/panel.tsx';
import { number } from '../state/words.ts';
import type { Change } from './emulator-page.tsx';

/** Sets how many calls the month has left. */
export function QuotaForm({ change }: { change: Change }) {
  const [remaining, setRemaining] = useState('100');
  const submit = (event: Event) => {
    event.preventDefault();
    const body: QuotaRequest = { remaining: Number(remaining) };
    void change('quota', body, `The month has ${number(body.remaining)} calls left.`);
  };
  return (
    <Panel title="Quota">
      <form class="find" onSubmit={submit}>
        <Field label="Calls left this month">
          <Text type="number" min={0} max={1_000_000_000} step={1} required value={remaining} onValue={setRemaining} />
        </Field>
        <button type="submit">Set the quota</button>
      </form>
    </Panel>
  );
}

const spans = [
  { value: '60', label: '1 minute' },
  { value: '3600', label: '1 hour' },
  { value: '86400', label: '1 day' },
  { value: '2678400', label: '31 days' },
];

/** Moves the emulator's clock on. */
export function ClockForm({ change }: { change: Change }) {
  const [seconds, setSeconds] = useState('3600');
  const submit = (event: Event) => {
    event.preventDefault();
    const body: ClockRequest = { advanceSeconds: Number(seconds) };
    void change('clock', body, 'The clock of the emulator has moved.');
  };
  return (
    <Panel title="Clock">
      <form class="find" onSubmit={submit}>
        <Field label="Move the clock on by" hint="The pipeline keeps its own clock.">
          <Select value={seconds} onValue={setSeconds} options={spans} />
        </Field>
        <button type="submit">Move the clock</button>
      </form>
    </Panel>
  );
}
