import type { RowStatus } from '../../../lambdas/domain/campaign/row.ts';
import { standingWords } from '../../pipeline/campaign/campaign-words.ts';
import { classes, classOf, classWords, type Decided, type RowClass, taken } from '../../pipeline/takeover/classes.ts';
import { type ListRow, linkName } from '../../pipeline/takeover/link-list.ts';
import type { LinkResult, TakeoverResults } from '../../pipeline/takeover/takeover-results.ts';
import { n } from '../../words/words.ts';
import type { OpenTakeover } from './list-options.ts';

/** A row of the list, its class, and what became of it. Only rows that a run takes over have a result. */
export interface ReportRow {
  row: ListRow;
  class: RowClass;
  result: LinkResult | { status: 'not sent' } | undefined;
}
export type ReportStatus = RowStatus | 'not sent';

/** The counts of a report. They add up to the rows of the list. */
export class ReportCounts {
  rows = 0;
  readonly byClass = new Map<RowClass, number>();
  readonly byStatus = new Map<ReportStatus, number>();
  /** Of the rejected and failed rows. */
  readonly byReason = new Map<string, number>();

  add({ class: one, result }: ReportRow): void {
    this.rows += 1;
    bump(this.byClass, one);
    if (result === undefined) return;
    bump(this.byStatus, result.status);
    if (result.status === 'rejected' || result.status === 'failed') bump(this.byReason, result.reason ?? result.status);
  }

  status(status: ReportStatus): number {
    return this.byStatus.get(status) ?? 0;
  }
}

const bump = <Key>(counts: Map<Key, number>, key: Key) => counts.set(key, (counts.get(key) ?? 0) + 1);

/** Joins the list, the notes and the results. */
export async function eachReportRow(
  { rows, notes }: OpenTakeover,
  { choice }: Decided,
  results: TakeoverResults,
  take: (row: ReportRow) => void,
): Promise<void> {
  await rows((row) => {
    const link = row.is === 'link' ? linkName(row.address) : undefined;
    const one = classOf(row, link === undefined ? undefined : notes.found.get(link), choiceFor(link, notes, choice));
    const known =
      results.state === 'known' && link !== undefined ? results.byDigest.get(notes.digestOf(link)) : undefined;
    take({ row, class: one, result: taken.has(one) ? (known ?? { status: 'not sent' }) : undefined });
  });
}

/** A later attempt may ask for another action. */
const choiceFor = (link: string | undefined, notes: OpenTakeover['notes'], choice: Decided['choice']) =>
  (link === undefined ? undefined : notes.attemptFor(link)?.choice) ?? choice;

const stateWords: Record<Exclude<TakeoverResults['state'], 'known'>, string> = {
  none: 'not started',
  unopened: 'uploaded, and its check has not begun',
  replaced: 'another file of this name has replaced it. To go on: onelink takeover run',
};

/** The report as lines of text: what the rows are, what became of them, and what is left. */
export function reportLines(counts: ReportCounts, results: TakeoverResults, campaign: string): string[] {
  const width = n(counts.rows).length;
  const line = (count: number, what: string, words: string) =>
    `  ${n(count).padStart(width)}  ${what.padEnd(15)}${words}`;
  const standing = results.state === 'known' ? standingWords(results.record) : stateWords[results.state];
  return [
    `campaign  ${campaign}  ${standing}`,
    `rows      ${n(counts.rows)}`,
    ...[...counts.byStatus]
      .sort(byRank)
      .map(([status, count]) => line(count, status, statusWords[status] ?? otherWords)),
    ...[...counts.byReason]
      .sort(([, one], [, other]) => other - one)
      .map(([reason, count]) => `${' '.repeat(width + 4)}${n(count)} ${reason}`),
    ...classes.flatMap((one) => {
      const count = counts.byClass.get(one) ?? 0;
      return count === 0 || taken.has(one) ? [] : [line(count, one, classWords[one])];
    }),
  ];
}

/** What became of a row that a run takes over, and what to do. The reasons follow the last of them. */
const statusWords: Partial<Record<ReportStatus, string>> = {
  adopted: 'The ledger has it as the producer’s.',
  migrated: 'It is a link of version 2.0, and the ledger has it as the producer’s.',
  unchanged: 'The ledger has it, as an earlier run has left it.',
  'not sent': 'No run has sent it. To send it: onelink takeover run',
  'not attempted': 'It has no answer yet.',
  failed: 'It had no success, for the reasons below. To try it again: onelink takeover run --again',
  rejected: 'It is not taken over, for the reasons below. When they are gone: onelink takeover run --again',
};
const otherWords = 'See its row in the results.';
const ranks = Object.keys(statusWords);
const byRank = ([one]: [ReportStatus, number], [other]: [ReportStatus, number]) =>
  ranks.indexOf(one) - ranks.indexOf(other);

/** Whether no row is left that a run would take over. */
export function isComplete(counts: ReportCounts): boolean {
  const open = ['not sent', 'not attempted', 'failed', 'rejected'] as const;
  return (
    open.every((status) => counts.status(status) === 0) &&
    !counts.byClass.has('undecided') &&
    !counts.byClass.has('unread')
  );
}
