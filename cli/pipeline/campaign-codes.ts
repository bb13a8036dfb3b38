import { yesOrNo } from '../../lambdas/domain/campaign/cell-values.ts';
import { columnsOf } from '../../lambdas/domain/campaign/columns.ts';
import { rowFormat } from '../../lambdas/domain/campaign/open-rows.ts';
import type { CampaignRecord } from '../../lambdas/domain/campaign/record.ts';
import type { RowResult } from '../../lambdas/domain/campaign/row.ts';
import { targetText } from '../../lambdas/domain/campaign/targets.ts';
import { DistinctNames, safeName } from '../files/safe-name.ts';
import { OperatorError } from '../words/operator-error.ts';

/** A row that asks for a QR code, with the name of the code's file. */
export interface NamedCode {
  result: RowResult;
  /** Without its ending, which depends on the image. */
  name: string;
  /** The text below the code on a printed page. */
  caption: string;
}

export interface CodeNaming {
  /** The position of the column that names the files. Default: the row's key. */
  namedBy?: number | undefined;
  /** The position of the column with the captions. Default: the file's name. */
  caption?: number | undefined;
  /** Whether the rows have a key that people know. Otherwise the row's number names the file. */
  keyed: boolean;
  /** Whether a row of the file may ask for a code. The cells decide alone, so it never changes. */
  mayAsk(cells: readonly string[]): boolean;
}

/** What the columns of a campaign's file mean for its codes. */
export function codeColumns({
  check: { header },
  settings,
  file,
}: CampaignRecord): Pick<CodeNaming, 'keyed' | 'mayAsk'> {
  if (header === undefined) return { keyed: false, mayAsk: () => true };
  const { targets, defaults, key } = columnsOf(header, settings, rowFormat(file.key));
  const at = (name: string) => targets.findIndex((target) => targetText(target) === name);
  const [qr, action] = [at('qr'), at('action')];
  const byDefault = (name: string) => defaults.find(([target]) => targetText(target) === name)?.[1];
  const textAt = (cells: readonly string[], column: number, name: string) =>
    (column === -1 ? '' : (cells[column] ?? '').trim()) || (byDefault(name) ?? '');
  // Without a word about codes, a size or a format asks for one.
  const isSilent = qr === -1 && byDefault('qr') === undefined;
  const mayAsk = (cells: readonly string[]) =>
    isSilent || yesOrNo(textAt(cells, qr, 'qr')) === true || textAt(cells, action, 'action').toLowerCase() === 'qr';
  return { keyed: key !== undefined, mayAsk };
}

/**
 * The position of a column, by its header.
 *
 * @throws OperatorError if there is no such column. It names all of them.
 */
export function columnNamed(header: readonly string[] | undefined, column: string, option: string): number {
  const wanted = column.trim();
  const at = header?.findIndex((one) => one.trim() === wanted) ?? -1;
  if (at >= 0) return at;
  const known = header === undefined ? 'Its header has not been read yet' : `It has ${header.join(', ')}`;
  throw new OperatorError(`${option}: the file has no column ${column}. ${known}.`);
}

/**
 * Names the codes of a campaign. It gives a name to every row that may ask for a code, whether the code is ready or not. So a
 * code keeps its name when other codes become ready later.
 */
export async function* namedCodes(results: AsyncIterable<RowResult>, naming: CodeNaming): AsyncGenerator<NamedCode> {
  const names = new DistinctNames();
  for await (const result of results) {
    if (!naming.mayAsk(result.cells)) continue;
    const name = names.take(nameOf(result, naming));
    const caption = naming.caption === undefined ? name : (result.cells[naming.caption] ?? '').trim();
    if (result.qr !== undefined || result.qrKey !== undefined) yield { result, name, caption };
  }
}

function nameOf({ cells, key, row }: RowResult, { namedBy, keyed }: CodeNaming): string {
  const text = namedBy === undefined ? (keyed ? key : undefined) : cells[namedBy];
  return safeName(text ?? '') || `row-${row}`;
}

/** The ending of an image's file: that of its key. */
export const endingOf = (qrKey: string) => /\.[a-z]{3,4}$/.exec(qrKey)?.[0] ?? '.png';
