import { useState } from 'preact/hooks';
import type { AuditPage as Page } from '../../cli/console/contract/audit.ts';
import { Age } from '../parts/age.tsx';
import { Field, Select, Text } from '../parts/field.tsx';
import { Empty, ProblemNote, Waiting } from '../parts/notes.tsx';
import { Pager } from '../parts/pager.tsx';
import { Panel } from '../parts/panel.tsx';
import { Table } from '../parts/table.tsx';
import { Heading } from '../shell/heading.tsx';
import { route } from '../state/live.ts';
import { useLoaded } from '../state/loaded.ts';
import { type Paged, usePaged } from '../state/paged.ts';
import { hashOf } from '../state/route.ts';
import { read } from '../state/server.ts';
import { auditColumns } from './audit-columns.tsx';
import { type AuditFilters, auditPath, filtersIn } from './audit-words.ts';

/** Who did what, when, why, and with which effect. */
export function AuditPage() {
  const filters = filtersIn(route.value.query);
  return (
    <>
      <Heading title="Audit" lead="Each act leaves a record before it begins, and one when it ends." />
      <FilterForm key={JSON.stringify(filters)} filters={filters} />
      <Entries key={`list ${JSON.stringify(filters)}`} filters={filters} />
    </>
  );
}

const spans = [
  { value: '1d', label: 'The last day' },
  { value: '7d', label: 'The last 7 days' },
  { value: '30d', label: 'The last 30 days' },
  { value: '90d', label: 'The last 90 days' },
];

function FilterForm({ filters }: { filters: AuditFilters }) {
  const [form, setForm] = useState(filters);
  const submit = (event: Event) => {
    event.preventDefault();
    location.hash = hashOf('audit', [], { ...form });
  };
  return (
    <Panel title="Find acts">
      <form class="find" onSubmit={submit}>
        <Field label="When">
          <Select
            value={form.since}
            onValue={(since) => setForm({ ...form, since })}
            options={spans.some(({ value }) => value === form.since) ? spans : [...spans, form.since]}
          />
        </Field>
        <Field label="By whom">
          <Text
            type="search"
            value={form.by}
            onValue={(by) => setForm({ ...form, by })}
            placeholder="a part of the name"
          />
        </Field>
        <Field label="Act">
          <Text type="search" value={form.act} onValue={(act) => setForm({ ...form, act })} placeholder="pause" />
        </Field>
        <button type="submit" class="primary">
          Find
        </button>
      </form>
    </Panel>
  );
}

function Entries({ filters }: { filters: AuditFilters }) {
  const paged = usePaged();
  const path = auditPath(filters, paged.after);
  const { answer, problem, reload } = useLoaded(path, (signal) => read<Page>(path, signal), 30_000);
  return (
    <>
      {problem && <ProblemNote problem={problem} again={reload} />}
      {answer ? <List page={answer} paged={paged} /> : problem === undefined && <Waiting what="the acts" />}
    </>
  );
}

function List({ page: { at, entries, next }, paged }: { page: Page; paged: Paged }) {
  return (
    <Panel title="Acts" aside={<Age at={at} />}>
      {entries.length === 0 ? (
        <Empty title="Nobody has acted in this time." />
      ) : (
        <Table
          caption="Acts, the newest first"
          columns={auditColumns}
          rows={entries}
          keyOf={({ actId }) => actId}
          classOf={({ result }) => (result === 'done' ? '' : 'warn')}
        />
      )}
      <Pager paged={paged} next={next} of="acts" />
    </Panel>
  );
}
