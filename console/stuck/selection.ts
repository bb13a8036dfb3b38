import { useState } from 'preact/hooks';
import type { ActForm } from '../../cli/console/contract/acts.ts';
import type { Choice } from '../parts/table.tsx';

/** The acts that each of the chosen items offers, by their label: one button acts on all of them. */
export function sharedActs(items: readonly { acts: readonly ActForm[] }[]): { label: string; forms: ActForm[] }[] {
  const [first, ...rest] = items;
  if (first === undefined) return [];
  return first.acts.flatMap((form) => {
    const others = rest.map(({ acts }) => acts.find(({ label }) => label === form.label));
    const forms = [form, ...others].filter((one) => one !== undefined);
    return forms.length === items.length ? [{ label: form.label, forms }] : [];
  });
}

/** The rows that an operator has chosen, by their IDs. A row that has left the list is no longer chosen. */
export function useSelection<Row extends { id: string }>(rows: readonly Row[], labelOf: (row: Row) => string) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const chosen = rows.filter(({ id }) => ids.has(id));
  const choice: Choice<Row> = {
    isChosen: ({ id }) => ids.has(id),
    toggle: ({ id }) =>
      setIds((known) => new Set(known.has(id) ? [...known].filter((one) => one !== id) : [...known, id])),
    toggleAll: (all) => setIds(new Set(all ? rows.map(({ id }) => id) : [])),
    labelOf,
  };
  return { chosen, choice, clear: () => setIds(new Set()) };
}
