import { useState } from 'preact/hooks';
import type { EmulatorState } from '../../cli/console/contract/emulator.ts';
import type { ApiProblem } from '../../cli/console/contract/problem.ts';
import { Age } from '../parts/age.tsx';
import { Meter } from '../parts/meter.tsx';
import { ProblemNote, Waiting } from '../parts/notes.tsx';
import { Panel } from '../parts/panel.tsx';
import { Stat, Stats } from '../parts/stat.tsx';
import { Heading } from '../shell/heading.tsx';
import { announce, session } from '../state/live.ts';
import { useLoaded } from '../state/loaded.ts';
import { ask, problemOf, read } from '../state/server.ts';
import { instant, number } from '../state/words.ts';
import { Faults } from './faults.tsx';
import { Rehearsals } from './rehearsals.tsx';
import { ClockForm, QuotaForm } from './settings-forms.tsx';

/** Changes the emulator, and announces it. */
export type Change = (what: string, body: unknown, words: string) => Promise<void>;

/** The emulator of the OneLink API: an operator rehearses a bad day with it. */
export function EmulatorPage() {
  const { answer, problem, reload } = useLoaded(
    'emulator',
    (signal) => read<EmulatorState>('/api/emulator', signal),
    3_000,
  );
  const [failed, setFailed] = useState<ApiProblem | undefined>(undefined);
  const change: Change = async (what, body, words) => {
    setFailed(undefined);
    try {
      await ask<EmulatorState>(`/api/emulator/${what}`, body);
      announce(words);
    } catch (error) {
      setFailed(problemOf(error));
    }
    reload();
  };
  return (
    <>
      <Heading
        title="Emulator"
        lead="It stands for the OneLink API in a local run. Rehearse a bad day here: nothing outside this computer changes."
      />
      {problem && <ProblemNote problem={problem} again={reload} />}
      {failed && <ProblemNote problem={failed} />}
      {answer ? (
        <Controls state={answer} change={change} />
      ) : (
        problem === undefined && <Waiting what="the state of the emulator" />
      )}
    </>
  );
}

function Controls({ state, change }: { state: EmulatorState; change: Change }) {
  const readOnly = session.value?.readOnly !== false;
  return (
    <>
      <Now state={state} />
      {readOnly ? (
        <p class="muted">This console is read-only, so the emulator cannot be changed here.</p>
      ) : (
        <>
          <Rehearsals rehearsals={state.rehearsals} faults={state.faults.length} change={change} />
          <div class="columns">
            <QuotaForm key={state.monthlyQuota} change={change} />
            <ClockForm change={change} />
          </div>
        </>
      )}
      <Faults faults={state.faults} change={readOnly ? undefined : change} />
    </>
  );
}

function Now({
  state: { at, now, monthlyQuota, quotaUsed, callsPerSecond, linksMade, linksAlive },
}: {
  state: EmulatorState;
}) {
  const words = `${number(quotaUsed)} of ${number(monthlyQuota)} calls used`;
  return (
    <Panel title="Now" aside={<Age at={at} />}>
      <Stats>
        <Stat name="Its clock">{instant(now)}</Stat>
        <Stat name="Rate limit" note="calls a second">
          {number(Math.round(callsPerSecond))}
        </Stat>
        <Stat name="Links made">{number(linksMade)}</Stat>
        <Stat name="Links alive">{number(linksAlive)}</Stat>
        <Stat name="Quota used" note={`of ${number(monthlyQuota)}`}>
          {number(quotaUsed)}
        </Stat>
      </Stats>
      <Meter label="Quota used at the emulator" value={quotaUsed} most={monthlyQuota} words={words} />
    </Panel>
  );
}
