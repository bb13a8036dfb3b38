import { useId, useState } from 'preact/hooks';
import { type UploadedFile, uploadHeader } from '../../cli/console/contract/campaigns.ts';
import type { ApiProblem } from '../../cli/console/contract/problem.ts';
import { ProblemNote } from '../parts/notes.tsx';
import { Panel } from '../parts/panel.tsx';
import { announce } from '../state/live.ts';
import { problemOf, upload } from '../state/server.ts';

/** Takes a spreadsheet, dropped or chosen. */
export function ChooseFile({ onFile }: { onFile(file: UploadedFile): void }) {
  const input = useId();
  const [isOver, setOver] = useState(false);
  const [reading, setReading] = useState('');
  const [problem, setProblem] = useState<ApiProblem | undefined>(undefined);

  const take = async (file: File | undefined) => {
    if (file === undefined || reading !== '') return;
    setProblem(undefined);
    setReading(file.name);
    try {
      const uploaded = await upload<UploadedFile>('/api/campaigns/upload', file, {
        [uploadHeader]: encodeURIComponent(file.name),
      });
      announce(`${file.name} is read. Map its columns.`);
      onFile(uploaded);
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setReading('');
    }
  };

  return (
    <Panel title="Choose a file">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an addition to the button in it */}
      <div
        class={isOver ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer?.files[0]);
        }}
      >
        <p class="strong">{reading === '' ? 'Drop a CSV file here, or' : `Reading ${reading} …`}</p>
        <label class="button primary" for={input}>
          Choose a file
        </label>
        <input
          id={input}
          class="unseen"
          type="file"
          accept=".csv,.ndjson,.jsonl,.gz,.tsv,.txt"
          onChange={(event) => {
            void take(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
        <p class="small muted">
          Save the sheet as CSV UTF-8. The first line has the names of the columns, and each further row is a link.
        </p>
      </div>
      {problem && <ProblemNote problem={problem} />}
    </Panel>
  );
}
