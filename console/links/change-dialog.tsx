import { useEffect, useState } from 'preact/hooks';
import type {
  FoundLink,
  LinkChange,
  LinkChangeAction,
  LinkChanged,
  LinkChoice,
} from '../../cli/console/contract/links.ts';
import type { ApiProblem } from '../../cli/console/contract/problem.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field, Select, Text } from '../parts/field.tsx';
import { ProblemNote, Waiting } from '../parts/notes.tsx';
import { announce } from '../state/live.ts';
import { ask, problemOf } from '../state/server.ts';
import { dataIn } from './choice.ts';

interface ChangeDialogProps {
  action: LinkChangeAction;
  title: string;
  choice: LinkChoice;
  lanes: readonly string[];
  onClose(): void;
  onSent(changed: LinkChanged): void;
}

const explanations: Readonly<Record<LinkChangeAction, string>> = {
  qr: 'The pipeline makes a QR code of the link and stores it. It costs no quota.',
  update: 'The values below replace all values of the link. It costs one call of the quota.',
  delete: 'The link stops working, and its ID does not come back. It costs one call of the quota.',
};

/** Confirms a change, and sends its command. */
export function ChangeDialog({ action, title, choice, lanes, onClose, onSent }: ChangeDialogProps) {
  const [lane, setLane] = useState(lanes[0] ?? '');
  const [ttl, setTtl] = useState('');
  const [data, setData] = useState<readonly [string, string][] | undefined>(action === 'update' ? undefined : []);
  const [problem, setProblem] = useState<ApiProblem | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);

  // An update replaces all values, so the operator must see the present ones.
  useEffect(() => {
    if (action !== 'update') return;
    ask<FoundLink>('/api/links/find', { ...choice, reveal: true }).then(
      (found) => setData(Object.entries(dataIn(found))),
      (error) => setProblem(problemOf(error)),
    );
  }, []);

  const send = async (event: Event) => {
    event.preventDefault();
    if (data === undefined) return;
    setBusy(true);
    setProblem(undefined);
    const change: LinkChange = {
      ...choice,
      action,
      lane,
      ...(action === 'update' && { data: Object.fromEntries(data.filter(([name]) => name.trim() !== '')) }),
      ...(action === 'update' && ttl.trim() !== '' && { ttl: ttl.trim() }),
      confirm: true,
    };
    try {
      onSent(await ask<LinkChanged>('/api/links/change', change));
      announce('The command is sent.');
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={send}>
        <p>{explanations[action]}</p>
        <Field label="Lane">
          <Select value={lane} onValue={setLane} options={lanes} />
        </Field>
        {action === 'update' && data === undefined && problem === undefined && (
          <Waiting what="the values of the link" />
        )}
        {action === 'update' && data !== undefined && (
          <>
            <DataRows data={data} onData={setData} />
            <Field label="Time to live (optional)" hint="As in a command: 14d">
              <Text value={ttl} onValue={setTtl} />
            </Field>
          </>
        )}
        {problem && <ProblemNote problem={problem} />}
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class={action === 'delete' ? 'danger' : 'primary'}
            disabled={isBusy || data === undefined || lane === ''}
          >
            {title}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface DataRowsProps {
  data: readonly [string, string][];
  onData(data: readonly [string, string][]): void;
}

function DataRows({ data, onData }: DataRowsProps) {
  const change = (at: number, row: [string, string]) => onData(data.map((one, index) => (index === at ? row : one)));
  return (
    <fieldset>
      <legend>Parameters of the link</legend>
      {data.map(([name, value], index) => (
        <div key={index} class="pair">
          <Text value={name} aria-label="Name of the parameter" onValue={(next) => change(index, [next, value])} />
          <Text value={value} aria-label={`Value of ${name}`} onValue={(next) => change(index, [name, next])} />
          <button
            type="button"
            class="small"
            aria-label={`Remove ${name}`}
            onClick={() => onData(data.filter((_, at) => at !== index))}
          >
            Remove
          </button>
        </div>
      ))}
      <button type="button" class="small" onClick={() => onData([...data, ['', '']])}>
        Add a parameter
      </button>
    </fieldset>
  );
}
