import { hasEnded } from '../../../cli/pipeline/follow-campaign.ts';
import { visible } from '../../../cli/words/words.ts';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import { type CampaignRecord, rowCounts } from '../../../lambdas/domain/campaign/record.ts';
import { type RowResult, rowStatuses } from '../../../lambdas/domain/campaign/row.ts';
import type { DroppedFile } from '../file/dropped-file.ts';
import type { Reconciliation } from './reconciliation.ts';

/** A campaign of a file, at the end of the run. */
export interface FileRun {
  file: Pick<DroppedFile, 'source' | 'name'>;
  record: CampaignRecord | undefined;
  /** Rows of the file, as the run has counted them itself. */
  rowsInFile: number;
  /** Empty if the campaign has not ended. */
  results: readonly RowResult[];
}

type Counts = Partial<Record<string, number>>;

/** Rows by status, in the order of the statuses, without those of no row. */
export function statusCounts(results: readonly Pick<RowResult, 'status'>[]): [string, number][] {
  return rowStatuses.flatMap((status): [string, number][] => {
    const { length } = results.filter((result) => result.status === status);
    return length === 0 ? [] : [[status, length]];
  });
}

/** The sum of the outcomes, with the links and codes of a file's rows. */
export function withRows<Sum extends Pick<Reconciliation, 'links' | 'distinctCreates' | 'qrKeys'>>(
  sum: Sum,
  results: readonly RowResult[],
): Sum {
  const [links, qrKeys] = [new Set(sum.links), new Set(sum.qrKeys)];
  let { distinctCreates } = sum;
  for (const { status, onelinkId, shortlinkId, qrKey } of results) {
    const address = `${onelinkId}/${shortlinkId}`;
    if (status === 'created') distinctCreates += 1;
    if (status === 'created' || status === 'updated') links.add(address);
    if (status === 'deleted') links.delete(address);
    if (qrKey !== undefined) qrKeys.add(qrKey);
  }
  return { ...sum, links, qrKeys, distinctCreates };
}

const withPath = ({ path, message }: { path: string; message: string }) =>
  `${path === '' ? '' : `${visible(path)}: `}${message}`;

/** Why a file as a whole cannot be used. */
export const refusalWords = ({ refusal }: Pick<CampaignRecord, 'refusal'>) =>
  refusal === undefined ? 'the file cannot be used' : withPath(refusal);

/** `line 7: pid: is mandatory` */
export const faultWords = (fault: CampaignRecord['firstFaults'][number]) => `line ${fault.line}: ${withPath(fault)}`;

/** Rows that have no result, because the campaign has not ended. */
export function openRows({ record, rowsInFile, results }: Omit<FileRun, 'file'>): number {
  return record !== undefined && hasEnded(record) ? 0 : rowsInFile - results.length;
}

/**
 * A sentence for each rule that the campaign broke.
 *
 * @param codeTexts the text of each image in the QR bucket, by its key; undefined if no decoder reads it
 */
export function fileFaults(
  { file, record, rowsInFile, results }: FileRun,
  codeTexts: ReadonlyMap<string, string | undefined>,
): string[] {
  const name = campaignKey(file);
  if (record === undefined) return [`${name}: nobody has opened the file`];
  if (record.refusal !== undefined) return [`${name} is refused: ${refusalWords(record)}`];
  if (!hasEnded(record)) return [`${name} has not ended: it is ${record.state}`];
  const counted: Counts = Object.fromEntries(statusCounts(results));
  const recorded: Counts = rowCounts(record);
  const differing = rowStatuses.filter((status) => (counted[status] ?? 0) !== (recorded[status] ?? 0));
  const twice = results.length - new Set(results.map(({ row }) => row)).size;
  const unanswered = results.filter(({ reason }) => reason === 'unanswered').length;
  const unattempted = counted['not attempted'] ?? 0;
  const coded = results.filter(({ qrKey }) => qrKey !== undefined);
  const unreadable = coded.filter(({ qrKey = '', shortUrl }) => codeTexts.get(qrKey) !== shortUrl).length;
  const [first] = record.firstFaults;
  const isNoneValid = results.length > 0 && counted.rejected === results.length;
  const faults: [boolean, string][] = [
    [isNoneValid, `all rows are rejected${first === undefined ? '' : `, beginning with ${faultWords(first)}`}`],
    [results.length !== rowsInFile, `${results.length} results for ${rowsInFile} rows of the file`],
    [twice > 0, `${twice} rows have two results`],
    [differing.length > 0, `the record and the results differ in the rows that are ${differing.join(', ')}`],
    [unattempted > 0, `${unattempted} rows are not attempted`],
    [unanswered > 0, `${unanswered} rows have no answer`],
    [unreadable > 0, `${unreadable} codes do not say their row's link`],
  ];
  return faults.flatMap(([broken, words]) => (broken ? [`${name}: ${words}`] : []));
}
