import type { ActForm } from '../../cli/console/contract/acts.ts';
import { ActButton } from '../acts/act-button.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { session } from '../state/live.ts';
import { sharedActs, useSelection } from './selection.ts';

interface Item {
  id: string;
  acts?: readonly ActForm[];
}

interface RowsProps<Row extends Item> {
  items: readonly Row[];
  columns: readonly Column<Row>[];
  caption: string;
  labelOf(item: Row): string;
  /** Marks a row. */
  classOf?(item: Row): string;
}

/** Items of stuck work. A selection acts as one. */
export function Rows<Row extends Item>({ items, columns, caption, labelOf, classOf }: RowsProps<Row>) {
  const { chosen, choice, clear } = useSelection(items, labelOf);
  const offered = items.some((item) => (item.acts?.length ?? 0) > 0);
  const acts = sharedActs(chosen.map((item) => ({ acts: item.acts ?? [] })));
  const canChoose = offered && session.value?.readOnly === false;
  return (
    <>
      {canChoose && (
        <section class="selection" aria-label="Acts for the selection">
          <span>{chosen.length === 0 ? 'Select rows to act on them' : `${chosen.length} selected`}</span>
          {items.length > 1 && (
            <button type="button" class="small" onClick={() => choice.toggleAll(chosen.length < items.length)}>
              {chosen.length < items.length ? 'Select all' : 'Select none'}
            </button>
          )}
          {acts.map(({ label, forms }) => (
            <ActButton
              key={label}
              acts={forms.map(({ act }) => act)}
              label={label}
              look={forms.some(({ isDestructive }) => isDestructive) ? 'danger' : 'primary'}
              title={
                chosen.length === 1 && chosen[0]
                  ? `${label}: ${labelOf(chosen[0])}`
                  : `${label}: ${chosen.length} items`
              }
              onStarted={clear}
            />
          ))}
          {chosen.length > 0 && acts.length === 0 && <span class="muted">No act fits all of these.</span>}
        </section>
      )}
      <Table
        caption={caption}
        columns={columns}
        rows={items}
        keyOf={({ id }) => id}
        {...(canChoose && { choice })}
        {...(classOf && { classOf })}
      />
    </>
  );
}
