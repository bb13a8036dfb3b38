import { useState } from 'preact/hooks';
import type { CampaignStarted, CheckReport, UploadedFile } from '../../cli/console/contract/campaigns.ts';
import type { ApiProblem } from '../../cli/console/contract/problem.ts';
import { Verbs } from '../acts/act-dialog.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { ProblemNote } from '../parts/notes.tsx';
import { Panel } from '../parts/panel.tsx';
import { Stat, Stats } from '../parts/stat.tsx';
import { announce } from '../state/live.ts';
import { ask, problemOf } from '../state/server.ts';
import { number } from '../state/words.ts';
import { hashOfCampaign } from './campaign-columns.tsx';
import { Faults } from './faults.tsx';
import { planOf } from './map-columns.tsx';
import type { PlanForm } from './mapping.ts';

interface CheckedCampaignProps {
  file: UploadedFile;
  form: PlanForm;
  report: CheckReport;
  onBack(): void;
}

/** What the check found, and the start. */
export function CheckedCampaign({ file, form, report, onBack }: CheckedCampaignProps) {
  const [isAsking, setAsking] = useState(false);
  const { rejected, toSend } = report;
  return (
    <>
      <Panel title={`The report of ${file.name}`}>
        <p class="figure">
          <strong>{number(toSend)}</strong> rows would be sent
          {rejected > 0 && `, and ${number(rejected)} would be rejected`}
        </p>
        <Stats>
          <Stat name="Rows">{number(report.rows)}</Stat>
          <Stat name="Unchanged">{number(report.unchanged)}</Stat>
          <Stat name="Calls of the quota">{number(report.quotaCalls)}</Stat>
          <Stat name="QR codes">{number(report.qrCodes)}</Stat>
          <Stat name="Lane">{report.lane}</Stat>
          {Object.entries(report.actions).map(([action, count]) => (
            <Stat key={action} name={`To ${action}`}>
              {number(count)}
            </Stat>
          ))}
        </Stats>
        <Faults title="Rows that would be rejected" byRule={report.faultsByRule} first={report.firstFaults} />
        <Faults title="Warnings" byRule={report.warningsByRule} first={report.firstWarnings} />
        <Verbs verbs={[report.verb]} />
      </Panel>
      <div class="actions">
        <button type="button" onClick={onBack}>
          Change the columns
        </button>
        <button type="button" class="primary" disabled={toSend === 0} onClick={() => setAsking(true)}>
          Start the campaign
        </button>
      </div>
      {isAsking && <StartDialog file={file} form={form} report={report} onClose={() => setAsking(false)} />}
    </>
  );
}

function StartDialog({ file, form, report, onClose }: Omit<CheckedCampaignProps, 'onBack'> & { onClose(): void }) {
  const [problem, setProblem] = useState<ApiProblem | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    try {
      const started = await ask<CampaignStarted>('/api/campaigns/start', planOf(file, form));
      announce(`The campaign ${started.name} is uploaded, and its check begins.`);
      location.hash = hashOfCampaign(started);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={`Start ${form.source}/${form.name}?`} onClose={onClose}>
      <p>
        {number(report.toSend)} rows are sent at the rate of the lane {report.lane}. They need{' '}
        {number(report.quotaCalls)} calls of the quota.
      </p>
      {report.rejected > 0 && (
        <p>{number(report.rejected)} rows are rejected. The results name them, to correct and start again.</p>
      )}
      {problem && <ProblemNote problem={problem} />}
      <div class="actions">
        <button type="button" onClick={onClose}>
          Not yet
        </button>
        <button type="button" class="primary" disabled={isBusy} onClick={start}>
          {isBusy ? 'Uploading …' : 'Start it'}
        </button>
      </div>
    </Dialog>
  );
}
