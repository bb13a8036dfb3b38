import { OperatorError } from '../../words/operator-error.ts';
import { visible } from '../../words/words.ts';
import { namedLink, type Reach } from './named-link.ts';

/** Which column of a file has the short URLs. */
export interface LinkColumn {
  index: number;
  /** The first line of a plain list is a link, and no header. */
  hasHeader: boolean;
}

/**
 * Finds the column whose values are short URLs, whatever its header: by the named column, or by the first rows.
 *
 * @param rows the first rows after the header
 * @throws OperatorError if no column has short URLs, or more than one may be meant
 */
export function linkColumn(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { named, reach, file }: { named: string | undefined; reach: Reach; file: string },
): LinkColumn {
  if (named !== undefined && header.length === 1 && namedLink(header[0] ?? '', reach).is !== 'no-link')
    throw new OperatorError(`${file} is a plain list: its first line is a link, and no header. Leave --column out.`);
  if (named !== undefined) return { index: columnNamed(named, header, file), hasHeader: true };
  const hasHeader = header.every((name) => namedLink(name, reach).is === 'no-link');
  const cellsOf = (index: number) => [
    ...(hasHeader ? [] : [header[index] ?? '']),
    ...rows.map((row) => row[index] ?? ''),
  ];
  const scores = header.map((_, index) => scoreOf(cellsOf(index), reach));
  const best = Math.max(0, ...scores);
  if (best === 0 && header.length > 1) throw new OperatorError(noneWords(header, file));
  const meant = scores.flatMap((score, index) => (score === best ? [index] : []));
  const [index = 0] = meant;
  if (meant.length === 1) return { index, hasHeader };
  const names = meant.map((one) => visible(header[one] ?? '')).join(', ');
  throw new OperatorError(`${file} has short URLs in more than one column: ${names}. Name one with --column.`);
}

function columnNamed(named: string, header: readonly string[], file: string): number {
  if (header.filter((one) => one === named).length > 1)
    throw new OperatorError(`${file} has more than one column ${visible(named)}. Give one of them another name.`);
  const exact = header.indexOf(named);
  const index = exact < 0 ? header.findIndex((one) => one.toLowerCase() === named.trim().toLowerCase()) : exact;
  if (index >= 0) return index;
  throw new OperatorError(`${file} has no column ${visible(named)}. It has ${header.map(visible).join(', ')}.`);
}

/** A link of the configuration counts more than any number of other links: a column of destinations may look like links. */
function scoreOf(cells: readonly string[], reach: Reach): number {
  const known = cells.filter((cell) => namedLink(cell, reach).is === 'link').length;
  if (known > 0) return known + cells.length;
  return cells.filter((cell) => /\.onelink\.me\//i.test(cell) && namedLink(cell, reach).is === 'elsewhere').length;
}

const noneWords = (header: readonly string[], file: string) =>
  `${file} has no column of short URLs. Name the column with --column. It has ${header.map(visible).join(', ')}.`;
