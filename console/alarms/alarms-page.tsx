import { useState } from 'preact/hooks';
import type { AlarmItem, AlarmList } from '../../cli/console/contract/alarms.ts';
import { Age } from '../parts/age.tsx';
import { Field, Text } from '../parts/field.tsx';
import { Empty, ProblemNote, Waiting } from '../parts/notes.tsx';
import { Pager } from '../parts/pager.tsx';
import { Panel } from '../parts/panel.tsx';
import { Heading } from '../shell/heading.tsx';
import { route } from '../state/live.ts';
import { useLoaded } from '../state/loaded.ts';
import { usePagedRows } from '../state/paged-rows.ts';
import { read } from '../state/server.ts';
import { divided, isNamed } from './alarm-order.ts';
import { AlarmView } from './alarm-view.tsx';

/** The alarms, each with its entry of the runbook. */
export function AlarmsPage() {
  const { answer, problem, reload } = useLoaded('alarms', (signal) => read<AlarmList>('/api/alarms', signal), 15_000);
  return (
    <>
      <Heading title="Alarms" lead="What CloudWatch watches, what an alarm means, and how to fix it." />
      {problem && <ProblemNote problem={problem} again={reload} />}
      {answer ? <Lists list={answer} /> : problem === undefined && <Waiting what="the alarms" />}
    </>
  );
}

function Lists({ list: { at, alarms } }: { list: AlarmList }) {
  const { ringing, others } = divided(alarms);
  return (
    <>
      <Panel title={`In alarm (${ringing.length})`} aside={<Age at={at} />}>
        {ringing.length === 0 ? (
          <Empty title="No alarm is on." />
        ) : (
          <Items alarms={ringing} isOpen={ringing.length === 1} />
        )}
      </Panel>
      <Panel title={`All others (${others.length})`}>
        <Items alarms={others} isOpen={false} />
      </Panel>
    </>
  );
}

function Items({ alarms, isOpen }: { alarms: readonly AlarmItem[]; isOpen: boolean }) {
  const [wanted] = route.value.path;
  const [text, setText] = useState('');
  const found = alarms.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()));
  const { shown, paged, next } = usePagedRows(found, 25);
  // The alarm of the address is shown, on whichever page of the list it is.
  const named = alarms.filter((alarm) => isNamed(alarm, wanted) && !shown.includes(alarm));
  return (
    <>
      {alarms.length > 10 && (
        <Field label="Find an alarm">
          <Text type="search" value={text} onValue={setText} />
        </Field>
      )}
      <ul class="alarms">
        {[...named, ...shown].map((alarm) => (
          <li key={alarm.name}>
            <AlarmView alarm={alarm} isOpen={isOpen || isNamed(alarm, wanted)} />
          </li>
        ))}
      </ul>
      <Pager paged={paged} next={next} of="alarms" />
    </>
  );
}
