import type { FileRow } from '../../../lambdas/domain/campaign/file-rows.ts';
import { openRows } from '../../../lambdas/domain/campaign/open-rows.ts';
import { UnreadableFile } from '../../../lambdas/domain/campaign/unreadable-file.ts';
import type { Fault } from '../../../lambdas/domain/contract/fault.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { visible } from '../../words/words.ts';
import { type LocalFile, reading } from '../check-campaign.ts';
import { type LinkColumn, linkColumn } from './link-column.ts';
import { type NamedLink, namedLink, type Reach } from './named-link.ts';

/**
 * A row of the list: what its cell has, and what that names. The same link again is a repeat of the row before. A link has the brand
 * domain that any of its rows has. `brandsDiffer`: its rows have different ones. `fault`: why the row cannot be read as cells.
 */
export type ListRow = { line: number; text: string } & (
  | (NamedLink & { brandsDiffer?: true; fault?: string })
  | { is: 'repeat'; address: LinkAddress }
);

/** So many rows show which column has the short URLs. */
const rowsOfGuess = 200;

export interface ListOptions {
  /** The header of the column with the short URLs. Undefined: the one that has them. */
  column: string | undefined;
  reach: Reach;
  signal: AbortSignal;
  /** Shows progress: so many rows are read. */
  onRow?(rows: number): void;
}

/** `A1b3/abc` */
export const linkName = ({ onelinkId, shortlinkId }: LinkAddress) => `${onelinkId}/${shortlinkId}`;

/**
 * Reads a list of links: a short URL a line, or a CSV or NDJSON file with a column of them. Rows without any value are left
 * out. A million links take some 100 MB.
 *
 * @param brands what `brandsIn` has found in the same list
 * @throws OperatorError if the file cannot be used or has no row, or if the signal aborts
 */
export async function eachLink(
  file: LocalFile,
  options: ListOptions,
  brands: Brands,
  take: (row: ListRow) => void,
): Promise<void> {
  const seen = new Set<string>();
  await eachCell(file, options, (cell) => take(rowOf(cell, { reach: options.reach, seen, brands })));
}

/** The brand domains of the links that have one in any row. */
export type Brands = ReadonlyMap<string, string | 'different'>;

/**
 * Collects the brand domains over all rows: the row that has it may come after another one with the same link.
 *
 * @throws OperatorError as `eachLink`
 */
export async function brandsIn(file: LocalFile, options: ListOptions): Promise<Brands> {
  const brands = new Map<string, string>();
  await eachCell(file, options, ({ text }) => {
    const named = namedLink(text, options.reach);
    if (named.is !== 'link' || named.brandDomain === undefined) return;
    const link = linkName(named.address);
    const before = brands.get(link) ?? named.brandDomain;
    brands.set(link, before === named.brandDomain ? before : 'different');
  });
  return brands;
}

const whatALineHas = 'Write a short URL on each line, such as https://acme.onelink.me/A1b3/abc.';

/** The cell of a row that should have a short URL. */
interface Cell {
  line: number;
  text: string;
  fault?: string | undefined;
}

async function eachCell(
  file: LocalFile,
  { column, reach, signal, onRow }: ListOptions,
  take: (cell: Cell) => void,
): Promise<void> {
  const { name } = file.input;
  let read = 0;
  const give = (cell: Cell) => {
    read += 1;
    onRow?.(read);
    take(cell);
  };
  const giveRow = ({ line, cells, fault }: FileRow, index: number) =>
    give({ line, text: cells[index] ?? '', fault: fault && wordsOf(fault) });
  await reading(file, async (chunks) => {
    const opened = await openRows(file.format, chunks).catch(ofEmpty(name));
    let { header } = opened.from;
    const first: FileRow[] = [];
    let found: LinkColumn | undefined;
    const begin = () => {
      const rows = first.map(({ cells }) => cells);
      const [faulty] = first.filter(({ fault }) => fault !== undefined);
      if (header.length === 0) {
        const cure = faulty?.fault === undefined ? whatALineHas : `Line ${faulty.line}: ${wordsOf(faulty.fault)}.`;
        throw new OperatorError(`${name} has no short URL. ${cure}`);
      }
      const isHeader = column !== undefined || header.every((cell) => namedLink(cell, reach).is === 'no-link');
      if (rows.length === 0 && isHeader) throw new OperatorError(`${name} has no short URL. ${whatALineHas}`);
      const chosen = linkColumn(header, rows, { named: column, reach, file: name });
      if (!chosen.hasHeader) give({ line: opened.from.line - 1, text: header[chosen.index] ?? '' });
      for (const row of first.splice(0)) giveRow(row, chosen.index);
      return chosen;
    };
    for await (const row of opened.rows) {
      if (signal.aborted) throw new OperatorError('Interrupted.');
      header = row.header;
      if (found === undefined) {
        first.push(row);
        if (first.length === rowsOfGuess) found = begin();
      } else giveRow(row, found.index);
    }
    if (found === undefined) begin();
  });
}

/** A list needs no header, so the words for a campaign's file do not fit. */
const ofEmpty =
  (name: string) =>
  (error: unknown): never => {
    if (error instanceof UnreadableFile && error.fault.rule === 'empty')
      throw new OperatorError(`${name} is empty. ${whatALineHas}`);
    throw error;
  };

const wordsOf = ({ path, message }: Fault) => (path === '' ? message : `${visible(path)}: ${message}`);

function rowOf(
  { line, text, fault }: Cell,
  { reach, seen, brands }: { reach: Reach; seen: Set<string>; brands: Brands },
): ListRow {
  const named = namedLink(text, reach);
  if (named.is !== 'link') return { line, text, ...named, ...(fault !== undefined && { fault }) };
  const { address } = named;
  const link = linkName(address);
  if (seen.has(link)) return { line, text, is: 'repeat', address };
  seen.add(link);
  const brandDomain = brands.get(link);
  if (brandDomain === 'different') return { line, text, is: 'link', address, brandsDiffer: true };
  return { line, text, is: 'link', address, ...(brandDomain !== undefined && { brandDomain }) };
}
