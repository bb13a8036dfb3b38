import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  name: string;
  cell(row: Row): ComponentChildren;
  isNumber?: boolean;
  /** The cell that names its row. */
  isName?: boolean;
}

/** The rows that an operator has chosen. */
export interface Choice<Row> {
  isChosen(row: Row): boolean;
  toggle(row: Row): void;
  /** Chooses all rows of this page, or none. */
  toggleAll(chosen: boolean): void;
  labelOf(row: Row): string;
}

interface TableProps<Row> {
  caption: string;
  /** Shows the caption. Otherwise a heading near the table has its words, and only screen readers read it. */
  hasCaption?: boolean;
  /** Few short columns: stays a table on a narrow screen. */
  isCompact?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string;
  choice?: Choice<Row>;
  /** Marks a row. */
  classOf?(row: Row): string;
}

/** A table. On a narrow screen each row is a card, so the roles are written out: CSS would take them away. */
export function Table<Row>({ caption, hasCaption, isCompact, columns, rows, keyOf, choice, classOf }: TableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: `display: block` takes the role of a table away
    <table role="table" class={isCompact ? '' : 'cards'}>
      <caption class={hasCaption ? '' : 'unseen'}>{caption}</caption>
      {/* biome-ignore lint/a11y/noRedundantRoles: as above */}
      <thead role="rowgroup">
        {/* biome-ignore lint/a11y/noRedundantRoles: as above */}
        <tr role="row">
          {choice && <AllBox rows={rows} choice={choice} />}
          {columns.map(({ name, isNumber }) => (
            // biome-ignore lint/a11y/noRedundantRoles: as above
            <th key={name} role="columnheader" scope="col" class={isNumber ? 'number' : ''}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      {/* biome-ignore lint/a11y/noRedundantRoles: as above */}
      <tbody role="rowgroup">
        {rows.map((row) => (
          // biome-ignore lint/a11y/noRedundantRoles: as above
          <tr key={keyOf(row)} role="row" class={classOf?.(row) ?? ''}>
            {choice && <RowBox row={row} choice={choice} />}
            {columns.map((column) => (
              <Cell key={column.name} column={column} row={row} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell<Row>({ column: { name, cell, isNumber, isName }, row }: { column: Column<Row>; row: Row }) {
  const shared = { class: isNumber ? 'number' : '', 'data-name': name };
  const content = <div class="cell">{cell(row)}</div>;
  return isName ? (
    // biome-ignore lint/a11y/noRedundantRoles: as above
    <th role="rowheader" scope="row" {...shared}>
      {content}
    </th>
  ) : (
    // biome-ignore lint/a11y/noRedundantRoles: as above
    <td role="cell" {...shared}>
      {content}
    </td>
  );
}

function AllBox<Row>({ rows, choice }: { rows: readonly Row[]; choice: Choice<Row> }) {
  const all = rows.length > 0 && rows.every(choice.isChosen);
  return (
    // biome-ignore lint/a11y/noRedundantRoles: as above
    <th role="columnheader" scope="col" class="box">
      <span class="unseen">Selection</span>
      <input
        type="checkbox"
        aria-label="Select all rows of this page"
        checked={all}
        onChange={() => choice.toggleAll(!all)}
      />
    </th>
  );
}

function RowBox<Row>({ row, choice }: { row: Row; choice: Choice<Row> }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: as above
    <td role="cell" class="box">
      <input
        type="checkbox"
        aria-label={`Select ${choice.labelOf(row)}`}
        checked={choice.isChosen(row)}
        onChange={() => choice.toggle(row)}
      />
    </td>
  );
}
