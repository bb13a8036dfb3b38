import type { FileRow } from '../../../lambdas/domain/campaign/file-rows.ts';
import { openRows } from '../../../lambdas/domain/campaign/open-rows.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { type LocalFile, reading } from '../check-campaign.ts';
import { type LinkColumn, linkColumn } from './link-column.ts';
import { type NamedLink, namedLink, type Reach } from './named-link.ts';

/** A row of the list: what its cell has, and what that names. The same link again is a repeat of the row before. */
export type ListRow = { line: number; text: string } & (NamedLink | { is: 'repeat'; address: LinkAddress });

/** So many rows show which column has the short URLs. */
const rowsOfGuess = 200;

export interface ListOptions {
  /** The header of the column with the short URLs. Undefined: the one that has them. */
  column: string | undefined;
  reach: Reach;
  signal: AbortSignal;
}

/** `A1b3/abc` */
export const linkName = ({ onelinkId, shortlinkId }: LinkAddress) => `${onelinkId}/${shortlinkId}`;

/**
 * Reads a list of links: a short URL a line, or a CSV or NDJSON file with a column of them. Rows without any value are left
 * out. A million links take some 100 MB.
 *
 * @throws OperatorError if the file cannot be used, or if the signal aborts
 */
export async function eachLink(
  file: LocalFile,
  { column, reach, signal }: ListOptions,
  take: (row: ListRow) => void,
): Promise<void> {
  const { name } = file.input;
  await reading(file, async (chunks) => {
    const opened = await openRows(file.format, chunks);
    let { header } = opened.from;
    const seen = new Set<string>();
    const give = (line: number, text: string) => take(rowOf(line, text, reach, seen));
    const first: FileRow[] = [];
    let found: LinkColumn | undefined;
    const begin = () => {
      const rows = first.map(({ cells }) => cells);
      const chosen = linkColumn(header, rows, { named: column, reach, file: name });
      if (!chosen.hasHeader) give(opened.from.line - 1, header[chosen.index] ?? '');
      for (const { line, cells } of first.splice(0)) give(line, cells[chosen.index] ?? '');
      return chosen;
    };
    for await (const row of opened.rows) {
      if (signal.aborted) throw new OperatorError('Interrupted.');
      header = row.header;
      if (found === undefined) {
        first.push(row);
        if (first.length === rowsOfGuess) found = begin();
      } else give(row.line, row.cells[found.index] ?? '');
    }
    if (found === undefined) begin();
  });
}

function rowOf(line: number, text: string, reach: Reach, seen: Set<string>): ListRow {
  const named = namedLink(text, reach);
  if (named.is !== 'link') return { line, text, ...named };
  const name = linkName(named.address);
  if (seen.has(name)) return { line, text, is: 'repeat', address: named.address };
  seen.add(name);
  return { line, text, ...named };
}
