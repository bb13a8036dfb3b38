import type { ColumnGuess, UploadedFile } from '../../cli/console/contract/campaigns.ts';
import { Select, Text } from '../parts/field.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { type ColumnTarget, fieldsOf, type PlanForm } from './mapping.ts';

interface ColumnTableProps {
  file: UploadedFile;
  form: PlanForm;
  onForm(form: PlanForm): void;
}

/** A row for each column of the file: its samples, and what it becomes. */
export function ColumnTable({ file, form, onForm }: ColumnTableProps) {
  const options = [
    { value: 'carry', label: 'Carried along only' },
    { value: 'data', label: 'Link parameter' },
    { value: 'metadata', label: 'Metadata, for outcomes' },
    ...fieldsOf(file.targets).map((field) => ({ value: field, label: fieldWords[field] ?? field })),
  ];
  const change = (next: ColumnTarget) =>
    onForm({ ...form, targets: form.targets.map((one) => (one.header === next.header ? next : one)) });
  const columns: Column<ColumnGuess>[] = [
    { name: 'Column', isName: true, cell: ({ header }) => header },
    { name: 'Sample values', cell: ({ samples }) => <Samples samples={samples} /> },
    {
      name: 'Becomes',
      cell: ({ header }) => {
        const target = form.targets.find((one) => one.header === header);
        return target && <Target target={target} options={options} onTarget={change} />;
      },
    },
    {
      name: 'Key',
      cell: ({ header }) => (
        <input
          type="radio"
          name="key"
          aria-label={`${header} identifies a row`}
          checked={form.key === header}
          onChange={() => onForm({ ...form, key: header })}
        />
      ),
    },
  ];
  return (
    <>
      <Table caption="Columns of the file" columns={columns} rows={file.columns} keyOf={({ header }) => header} />
      <p>
        <label>
          <input type="radio" name="key" checked={form.key === ''} onChange={() => onForm({ ...form, key: '' })} /> No
          key: a changed row makes a new link
        </label>
      </p>
    </>
  );
}

interface TargetProps {
  target: ColumnTarget;
  options: readonly { value: string; label: string }[];
  onTarget(target: ColumnTarget): void;
}

function Target({ target, options, onTarget }: TargetProps) {
  const { header, kind, name } = target;
  const known = options.some(({ value }) => value === kind) ? options : [...options, { value: kind, label: kind }];
  const isNamed = kind === 'data' || kind === 'metadata';
  return (
    <div class="pair">
      <Select
        value={kind}
        options={known}
        aria-label={`What the column ${header} becomes`}
        onValue={(next) => onTarget({ header, kind: next, name: name === '' ? header : name })}
      />
      {isNamed && (
        <Text
          value={name}
          aria-label={`Name of the parameter of ${header}`}
          onValue={(next) => onTarget({ ...target, name: next })}
        />
      )}
    </div>
  );
}

function Samples({ samples }: { samples: readonly string[] }) {
  if (samples.length === 0) return <span class="muted">empty</span>;
  return (
    <ul class="samples">
      {samples.map((sample, index) => (
        <li key={index}>{sample}</li>
      ))}
    </ul>
  );
}

const fieldWords: Readonly<Record<string, string>> = {
  request_id: 'Key of the row (request_id)',
  template: 'Template',
  shortlink_id: 'Short-link ID of its own',
  ttl: 'Time to live',
  expires_at: 'End of the link',
  qr: 'Whether a QR code is made',
  action: 'Create, update or delete',
};
