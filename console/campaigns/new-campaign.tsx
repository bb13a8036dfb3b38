import { useEffect, useRef, useState } from 'preact/hooks';
import type { CheckReport, UploadedFile } from '../../cli/console/contract/campaigns.ts';
import { Heading } from '../shell/heading.tsx';
import { session } from '../state/live.ts';
import { hashOf } from '../state/route.ts';
import { CheckedCampaign } from './checked-campaign.tsx';
import { ChooseFile } from './choose-file.tsx';
import { MapColumns } from './map-columns.tsx';
import { columnTarget, type PlanForm } from './mapping.ts';

const steps = ['Choose a file', 'Map its columns', 'Read the report'] as const;

interface Checked {
  form: PlanForm;
  report: CheckReport;
}

/** From a spreadsheet to a campaign, in three steps. Nothing leaves this computer before the last one. */
export function NewCampaign() {
  const [file, setFile] = useState<UploadedFile | undefined>(undefined);
  const [form, setForm] = useState<PlanForm | undefined>(undefined);
  const [checked, setChecked] = useState<Checked | undefined>(undefined);
  const step = file === undefined ? 0 : checked === undefined ? 1 : 2;
  const shownStep = useRef(step);
  useEffect(() => {
    if (shownStep.current === step) return;
    shownStep.current = step;
    document.querySelector<HTMLElement>('main h2')?.focus();
  }, [step]);
  return (
    <>
      <Heading
        title="Start a campaign"
        lead="The file is checked on this computer first. Nothing is sent before you start the campaign."
        up={{ href: hashOf('campaigns'), words: 'Campaigns' }}
      />
      <ol class="steps" aria-label="Steps">
        {steps.map((words, index) => (
          <li key={words} aria-current={index === step ? 'step' : undefined}>
            {words}
          </li>
        ))}
      </ol>
      {file === undefined && (
        <ChooseFile
          onFile={(uploaded) => {
            setFile(uploaded);
            setForm(formFor(uploaded));
          }}
        />
      )}
      {file !== undefined && form !== undefined && checked === undefined && (
        <MapColumns
          file={file}
          form={form}
          onForm={setForm}
          onChecked={(report) => setChecked({ form, report })}
          onBack={() => setFile(undefined)}
        />
      )}
      {file !== undefined && checked !== undefined && (
        <CheckedCampaign file={file} {...checked} onBack={() => setChecked(undefined)} />
      )}
    </>
  );
}

/** What the file itself suggests. */
function formFor({ campaign, columns }: UploadedFile): PlanForm {
  const { producers = [] } = session.value ?? {};
  const [only] = producers;
  const source = producers.length === 1 && only !== undefined ? only.source : '';
  return {
    source,
    name: campaign,
    template: '',
    lane: '',
    key: columns.find(({ isKey }) => isKey)?.header ?? '',
    targets: columns.map(columnTarget),
    defaults: [],
    sendBy: '',
    needsApproval: false,
  };
}
