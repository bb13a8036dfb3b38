import type { Command } from '../contract/command.ts';
import type { commandReader } from '../contract/command-reading.ts';
import { type Fault, offered } from '../contract/fault.ts';
import { controlMessage, hasControls } from '../contract/link-data.ts';
import type { Templates } from '../contract/producer.ts';
import { isIdLike, isTotals, spreadsheetFault } from './cell-values.ts';
import { type Columns, columnsOf } from './columns.ts';
import { withoutGuard } from './csv-text.ts';
import { faultPaths } from './fault-paths.ts';
import type { FileRow } from './file-rows.ts';
import type { CheckedRow } from './row.ts';
import { commandOf, type RowValues, sheetDateProblem } from './row-command.ts';
import { campaignRequestId, contentKey } from './row-identity.ts';
import type { CampaignField, CampaignSettings } from './settings.ts';
import { type Target, targetText } from './targets.ts';

/** What the rows of a campaign are read by. */
export interface RowRules {
  source: string;
  /** The campaign's name. It starts the request IDs. */
  name: string;
  settings: CampaignSettings;
  /** The template of rows that name none: the settings' one, or the source's only one. */
  template: string | undefined;
  /** The templates that the source may use, for the fault of a row without one. */
  templates?: readonly string[] | undefined;
  /** The configured templates with their domains, which short URLs name. */
  domains: Templates;
  /** Epoch milliseconds: when the file arrived. `expires_at` becomes a TTL from here. A fixed time makes a repeated check the same. */
  droppedAt: number;
  /** The lane's reader: contract, rights and policies. */
  read: ReturnType<typeof commandReader>;
  /** The account's longest TTL. */
  maxTtlDays: number;
  /** What creates without `on_conflict` do in this lane. Default: `reject`. */
  onConflict?: 'reject' | 'derive' | undefined;
  format: 'csv' | 'ndjson';
}

export interface ReadRow {
  checked: CheckedRow;
  /** `path` is the column's header. They do not reject the row. */
  warnings: Fault[];
  /** What no other row of the file may have: its key, and the address that a create chooses. */
  claims: { key?: string; address?: string };
  /** The command as the contract's reader gives it, if the row has one to send. */
  command?: Command;
  /** The instant that `expires_at` names, in epoch milliseconds. */
  expiresAt?: number;
}

/**
 * The reader of a campaign's rows. It makes each row a command, and checks that as the lane's worker would. A fault's `path` is
 * the header of the column, if one is at fault. No fault quotes a cell.
 */
export class RowReader {
  readonly #rules: RowRules;
  readonly #requestedAt: string;
  #header: readonly string[] | undefined;
  #columns: Columns | undefined;
  #pathOf: (path: string) => string = (path) => path;

  constructor(rules: RowRules) {
    this.#rules = rules;
    this.#requestedAt = rules.settings.requestedAt ?? new Date(rules.droppedAt).toISOString();
  }

  /**
   * The columns of this header.
   *
   * @throws UnreadableFile if the header cannot be used
   */
  columns(header: readonly string[]): Columns {
    if (this.#columns === undefined || this.#header !== header) {
      this.#columns = columnsOf(header, this.#rules.settings, this.#rules.format);
      this.#header = header;
      this.#pathOf = faultPaths(header, this.#columns.targets);
    }
    return this.#columns;
  }

  /**
   * @param row 1 for the first row after the header
   * @throws UnreadableFile if a column that an NDJSON file adds here cannot be used
   */
  read(row: number, { line, cells: written, fault, header }: FileRow): ReadRow {
    const columns = this.columns(header);
    const cells = columns.isOurs ? written.slice(0, columns.own).map(withoutGuard) : written;
    const place = { row, line, cells };
    if (fault !== undefined) {
      return { checked: { ...place, check: 'rejected', faults: [fault] }, warnings: [], claims: {} };
    }
    const faults = cellFaults(cells, header, columns);
    const values = valuesOf(cells, columns);
    const key = this.#keyOf(cells, values, columns, header, faults);
    const requestId = key === undefined ? undefined : campaignRequestId(this.#rules.name, key);
    const { command, faults: ofFields } = commandOf(values, requestId, {
      ...this.#rules,
      requestedAt: this.#requestedAt,
      fromMilliseconds: this.#rules.droppedAt,
      hasQrColumn: hasQr(columns),
    });
    const reading = this.#rules.read({ command, faults: [] }, this.#rules.droppedAt);
    const refused = 'refused' in reading ? reading.refused.faults.map((one) => this.#withRemedy(one, values)) : [];
    const withPaths = (all: readonly Fault[]) => all.map((one) => ({ ...one, path: this.#pathOf(one.path) }));
    // A column with a fault of its own gets no second one from the contract.
    const atFault = new Set(faults.map(({ path }) => path));
    faults.push(...withPaths([...ofFields, ...refused]).filter(({ path }) => path === '' || !atFault.has(path)));
    const identity = { ...(key !== undefined && { key }), ...(requestId !== undefined && { requestId }) };
    const claims = { ...(key !== undefined && { key }), ...addressOf(command, this.#rules.onConflict) };
    if (faults.length > 0 || requestId === undefined) {
      return { checked: { ...place, ...identity, check: 'rejected', faults }, warnings: [], claims };
    }
    const warnings = 'refused' in reading ? [] : withPaths(reading.warnings ?? []);
    if (isTotals(cells)) warnings.push(totalsWarning);
    const expiresAt = command.ttl === undefined ? undefined : values.fields.get('expires_at');
    return {
      checked: { ...place, ...identity, requestId, check: 'send', command },
      warnings,
      claims,
      ...('command' in reading && { command: reading.command }),
      ...(expiresAt !== undefined && { expiresAt: Date.parse(expiresAt) }),
    };
  }

  /** The fault with what a person at a spreadsheet can do: how to name a template, or how to write a time or a size. */
  #withRemedy(fault: Fault, { fields }: RowValues): Fault {
    // The contract words it for JSON.
    if (fault.path === 'qr.size' && fault.rule === 'type')
      return { ...fault, message: 'must be a whole number of pixels, such as 300' };
    if (fault.rule === 'format' && (fault.path === 'keepUntil' || fault.path === 'validUntil')) {
      const text = fields.get(fault.path === 'keepUntil' ? 'keep_until' : 'valid_until') ?? '';
      return { ...fault, message: sheetDateProblem(text.trim()) ?? fault.message };
    }
    if (fault.path !== 'onelinkId' || fault.rule !== 'required') return fault;
    const { source, templates } = this.#rules;
    const usable = templates === undefined ? '' : `. ${source} may use${offered(templates)}`;
    const message = `is mandatory. Give it with --template, the setting template, or a column template${usable}`;
    return { ...fault, message };
  }

  #keyOf(
    cells: readonly string[],
    values: RowValues,
    { key: at }: Columns,
    header: readonly string[],
    faults: Fault[],
  ): string | undefined {
    const { key: named } = this.#rules.settings;
    if (at === undefined && named === undefined) return contentKey(contentOf(cells, values, header));
    const key = at === undefined ? '' : (cells[at] ?? '').trim();
    if (key !== '') return key;
    faults.push({
      path: at === undefined ? (named ?? '') : (header[at] ?? ''),
      rule: 'key',
      message: 'is empty, and must identify the row',
    });
    return undefined;
  }
}

const totalsWarning: Fault = {
  path: '',
  rule: 'totals-row',
  message: 'seems to hold the sums below a table, and becomes a link. If it should not, delete the row',
};

/** Faults of the cells themselves. A cell under an empty header has no meaning, unless other columns are carried along too. */
function cellFaults(cells: readonly string[], header: readonly string[], { targets, key }: Columns): Fault[] {
  const faults: Fault[] = [];
  const anyControls = hasControls(cells.join(''));
  for (const [index, cell] of cells.entries()) {
    if (cell === '') continue;
    const [target, path = ''] = [targets[index], header[index]];
    if (target?.kind === 'data' && target.name === '') {
      const message = `column ${index + 1} has a value here and no header. Name the column, or empty it`;
      faults.push({ path: '', rule: 'header', message });
      continue;
    }
    if (anyControls && hasControls(cell)) faults.push({ path, rule: 'control', message: controlMessage });
    if (target?.kind === 'carried' && index !== key) continue;
    const fault = cell.length < 16 ? spreadsheetFault(cell, index === key || isId(target), path) : undefined;
    if (fault !== undefined) faults.push(fault);
  }
  return faults;
}

function isId(target: Target | undefined): boolean {
  if (target?.kind === 'field') return target.name === 'request_id' || target.name === 'shortlink_id';
  return (target?.kind === 'data' || target?.kind === 'metadata') && isIdLike(target.name);
}

/** The cells by their targets. A default fills an empty cell. */
function valuesOf(cells: readonly string[], { targets, defaults }: Columns): RowValues {
  const fields = new Map<CampaignField, string>();
  const data: [string, string][] = [];
  const metadata: [string, string][] = [];
  const put = (target: Target, value: string) => {
    if (target.kind === 'field') fields.set(target.name, value);
    else if (target.kind === 'data' && target.name !== '') data.push([target.name, value]);
    else if (target.kind === 'metadata') metadata.push([target.name, value]);
  };
  for (const [index, cell] of cells.entries()) {
    const target = targets[index];
    if (target === undefined || (target.kind === 'field' ? cell.trim() : cell) === '') continue;
    put(target, cell);
  }
  for (const [target, value] of defaults) if (!isGiven(target, { fields, data, metadata })) put(target, value);
  return { fields, data, metadata };
}

function isGiven(target: Target, { fields, data, metadata }: RowValues): boolean {
  if (target.kind === 'field') return fields.has(target.name);
  if (target.kind !== 'data' && target.kind !== 'metadata') return false;
  return (target.kind === 'data' ? data : metadata).some(([name]) => name === target.name);
}

/** What identifies a row without a key column: its own cells, and the values of defaults. `expires_at` counts as it is written. */
function contentOf(
  cells: readonly string[],
  { fields, data, metadata }: RowValues,
  header: readonly string[],
): [string, string][] {
  const of = (kind: string, entries: Iterable<readonly [string, string]>) =>
    [...entries].map(([name, value]): [string, string] => [`${kind}.${name}`, value]);
  const carried = cells.flatMap((cell, index): [string, string][] =>
    cell === '' ? [] : [[`cell.${header[index]}`, cell]],
  );
  return [...of('field', fields), ...of('data', data), ...of('metadata', metadata), ...carried];
}

const hasQr = ({ targets, defaults }: Columns) =>
  [...targets, ...defaults.map(([target]) => target)].some((target) => targetText(target) === 'qr');

/** The address that a create chooses. A create that may derive another ID claims none. */
function addressOf(
  { action, onelinkId, shortlinkId, onConflict }: Record<string, unknown>,
  byDefault: RowRules['onConflict'],
): { address?: string } {
  if (action !== 'create' || (onConflict ?? byDefault) === 'derive' || typeof shortlinkId !== 'string') return {};
  return { address: `${String(onelinkId)}/${shortlinkId}` };
}
