import { useState } from 'preact/hooks';
import type { CampaignPlan, CheckReport, UploadedFile } from '../../cli/console/contract/campaigns.ts';
import type { ApiProblem } from '../../cli/console/contract/problem.ts';
import { ProblemNote } from '../parts/notes.tsx';
import { Panel } from '../parts/panel.tsx';
import { announce } from '../state/live.ts';
import { ask, problemOf } from '../state/server.ts';
import { bytes } from '../state/words.ts';
import { ColumnTable } from './column-table.tsx';
import { formFaults, type PlanForm, settingsOf } from './mapping.ts';
import { PlanFields } from './plan-fields.tsx';

interface MapColumnsProps {
  file: UploadedFile;
  form: PlanForm;
  onForm(form: PlanForm): void;
  onChecked(report: CheckReport): void;
  onBack(): void;
}

/** The plan as the server takes it. */
export const planOf = ({ file }: Pick<UploadedFile, 'file'>, form: PlanForm): CampaignPlan => ({
  file,
  source: form.source,
  name: form.name.trim(),
  settings: settingsOf(form),
});

/** What each column becomes, and for whom the links are. */
export function MapColumns({ file, form, onForm, onChecked, onBack }: MapColumnsProps) {
  const [faults, setFaults] = useState<string[]>([]);
  const [problem, setProblem] = useState<ApiProblem | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);

  const check = async (event: Event) => {
    event.preventDefault();
    const found = formFaults(form);
    setFaults(found);
    setProblem(undefined);
    if (found.length > 0) return;
    setBusy(true);
    announce('The file is being checked.');
    try {
      onChecked(await ask<CheckReport>('/api/campaigns/check', planOf(file, form)));
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={check}>
      <Panel title="The campaign">
        <p class="muted">
          {file.name}, {bytes(file.bytes)}
        </p>
        <PlanFields form={form} onForm={onForm} />
      </Panel>
      <Panel title="What each column becomes">
        <p>
          A link shows its parameters to everybody who has it. Carry personal data along instead: it then stays in the
          file.
        </p>
        <ColumnTable file={file} form={form} onForm={onForm} />
      </Panel>
      {faults.length > 0 && (
        <div class="note bad" role="alert">
          <ul class="plain">
            {faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </div>
      )}
      {problem && <ProblemNote problem={problem} />}
      <div class="actions">
        <button type="button" onClick={onBack}>
          Choose another file
        </button>
        <button type="submit" class="primary" disabled={isBusy}>
          {isBusy ? 'Checking …' : 'Check the file'}
        </button>
      </div>
    </form>
  );
}
