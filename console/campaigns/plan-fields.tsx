import { Field, Select, Text } from '../parts/field.tsx';
import { session } from '../state/live.ts';
import type { PlanForm } from './mapping.ts';

/** For whom the links are, under which template, and until when. */
export function PlanFields({ form, onForm }: { form: PlanForm; onForm(form: PlanForm): void }) {
  const { producers = [], templates = [] } = session.value ?? {};
  const producer = producers.find(({ source }) => source === form.source);
  const set = (part: Partial<PlanForm>) => onForm({ ...form, ...part });
  const usable =
    producer === undefined || producer.templates.length === 0
      ? templates.map(({ onelinkId }) => onelinkId)
      : producer.templates;
  const domain = (id: string) => templates.find(({ onelinkId }) => onelinkId === id)?.domain;
  return (
    <>
      <div class="fields">
        <Field label="Producer" hint="The system that the links belong to.">
          <Select
            value={form.source}
            required
            onValue={(source) => set({ source, template: '', lane: '' })}
            options={[{ value: '', label: 'Choose …' }, ...producers.map(({ source }) => source)]}
          />
        </Field>
        <Field label="Name" hint="The same name again changes and adds links.">
          <Text value={form.name} required onValue={(name) => set({ name })} />
        </Field>
        <Field label="Template" hint="It gives the links their domain.">
          <Select
            value={form.template}
            onValue={(template) => set({ template })}
            options={[
              { value: '', label: 'From a column, or the only one' },
              ...usable.map((id) => ({ value: id, label: domain(id) ? `${id} (${domain(id)})` : id })),
            ]}
          />
        </Field>
        <Field label="Lane">
          <Select
            value={form.lane}
            onValue={(lane) => set({ lane })}
            options={[{ value: '', label: 'As configured' }, ...(producer?.lanes ?? [])]}
          />
        </Field>
        <Field label="Send by (UTC, optional)" hint="It goes first when time is short.">
          <Text type="datetime-local" value={form.sendBy} onValue={(sendBy) => set({ sendBy })} />
        </Field>
      </div>
      <p>
        <label>
          <input
            type="checkbox"
            checked={form.needsApproval}
            onChange={() => set({ needsApproval: !form.needsApproval })}
          />{' '}
          Somebody must approve it before it is sent
        </label>
      </p>
      <Defaults form={form} onForm={onForm} />
    </>
  );
}

/** Values for what no column has. */
function Defaults({ form, onForm }: { form: PlanForm; onForm(form: PlanForm): void }) {
  const { defaults } = form;
  const change = (at: number, part: Partial<(typeof defaults)[number]>) =>
    onForm({ ...form, defaults: defaults.map((one, index) => (index === at ? { ...one, ...part } : one)) });
  return (
    <fieldset>
      <legend>The same for all rows</legend>
      {defaults.map(({ target, value }, index) => (
        <div key={index} class="pair">
          <Text
            value={target}
            placeholder="data.pid"
            aria-label="Target"
            onValue={(next) => change(index, { target: next })}
          />
          <Text value={value} aria-label={`Value of ${target}`} onValue={(next) => change(index, { value: next })} />
          <button
            type="button"
            class="small"
            aria-label={`Remove ${target}`}
            onClick={() => onForm({ ...form, defaults: defaults.filter((_, at) => at !== index) })}
          >
            Remove
          </button>
        </div>
      ))}
      <button
        type="button"
        class="small"
        onClick={() => onForm({ ...form, defaults: [...defaults, { target: '', value: '' }] })}
      >
        Add a value for all rows
      </button>
    </fieldset>
  );
}
