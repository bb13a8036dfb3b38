import { useEffect, useId, useState } from 'preact/hooks';

import type { ActPreview } from '../../cli/console/contract/acts.ts';
import type { ApiProblem } from '../../cli/console/contract/problem.ts';
import { Commands } from '../parts/command.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field, Text } from '../parts/field.tsx';
import { ProblemNote, Waiting } from '../parts/notes.tsx';
import { useLoaded } from '../state/loaded.ts';
import { problemOf } from '../state/server.ts';
import { type AskedActs, asked, preview, questionsOf, reasonFault, start } from './acts.ts';

const close = () => {
  asked.value = undefined;
};

/** Asks for the confirmation and the reason of acts, and shows the verbs that they equal. */
export function ActDialog() {
  const wanted = asked.value;
  if (wanted === undefined) return null;
  return (
    <Dialog title={wanted.title} onClose={close}>
      <Preview wanted={wanted} />
    </Dialog>
  );
}

function Preview({ wanted }: { wanted: AskedActs }) {
  const { answer, problem, reload } = useLoaded(JSON.stringify(wanted.acts), (signal) =>
    preview(wanted.acts, '', signal),
  );
  if (answer !== undefined) return <Confirm wanted={wanted} shown={answer} />;
  return (
    <>
      {problem === undefined ? <Waiting what="what it does" /> : <ProblemNote problem={problem} again={reload} />}
      <div class="actions">
        <button type="button" onClick={close}>
          Not now
        </button>
      </div>
    </>
  );
}

function Confirm({ wanted, shown: { forms, verbs: withoutReason } }: { wanted: AskedActs; shown: ActPreview }) {
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState<ApiProblem | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const faultId = useId();
  const verbs = useVerbs(wanted, reason.trim(), withoutReason);
  const isRequired = forms.some((form) => form.reason === 'required');
  const isDestructive = forms.some((form) => form.isDestructive);
  const label = forms[0]?.label ?? 'Do it';

  const submit = async (event: Event) => {
    event.preventDefault();
    const found = reasonFault(reason, isRequired);
    setFault(found);
    if (found !== undefined) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await start(wanted, reason.trim());
      close();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  return (
    <form onSubmit={submit}>
      {questionsOf(forms).map((question) => (
        <p key={question}>{question}</p>
      ))}
      <Field label={isRequired ? 'Reason' : 'Reason (optional)'} hint="It is kept in the audit record of the act.">
        <Text
          value={reason}
          onValue={setReason}
          maxLength={500}
          autoFocus
          aria-invalid={fault !== undefined}
          aria-describedby={faultId}
        />
      </Field>
      <p id={faultId} class="fault" role="alert">
        {fault}
      </p>
      <Verbs verbs={verbs} />
      {problem && <ProblemNote problem={problem} />}
      <div class="actions">
        <button type="button" onClick={close}>
          Not now
        </button>
        <button type="submit" class={isDestructive ? 'danger' : 'primary'} disabled={isBusy}>
          {wanted.acts.length > 1 ? `${label} (${wanted.acts.length})` : label}
        </button>
      </div>
    </form>
  );
}

/** How long the operator must have stopped typing. */
const typingMilliseconds = 300;

/** The verbs with the reason in them, so that they can be pasted as they are. */
function useVerbs({ acts }: AskedActs, reason: string, withoutReason: readonly string[]): readonly string[] {
  const [verbs, setVerbs] = useState(withoutReason);
  useEffect(() => {
    if (reasonFault(reason, false) !== undefined) return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      preview(acts, reason, controller.signal).then(
        (shown) => setVerbs(shown.verbs),
        // The earlier words are still right, but for the reason.
        () => {},
      );
    }, typingMilliseconds);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [reason]);
  return verbs;
}

const shownVerbs = 3;

/** The same at the command line. */
export function Verbs({ verbs }: { verbs: readonly string[] }) {
  const [first, rest] = [verbs.slice(0, shownVerbs), verbs.slice(shownVerbs)];
  return (
    <div class="verbs">
      <p class="label">The same at the command line</p>
      <Commands texts={first} />
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <Commands texts={rest} />
        </details>
      )}
    </div>
  );
}
