import type { RowStatus } from '../../../lambdas/domain/campaign/row.ts';
import { standingWords } from '../../pipeline/campaign/campaign-words.ts';
import { classes, classOf, classWords, type Decided, type RowClass, taken } from '../../pipeline/takeover/classes.ts';
import { type ListRow, linkName } from '../../pipeline/takeover/link-list.ts';
import type { LinkResult, TakeoverResults } from '../../pipeline/takeover/takeover-results.ts';
import { n } from '../../words/words.ts';
import type { OpenTakeover } from './list-options.ts';

/**
 * A row of the list, its class, and what became of it. Rows that a run takes over have a result. So has a link that was the
 * producer's before, if the ledger differs from the list by now.
 */
export interface ReportRow {
  row: ListRow;
  class: RowClass;
  result: (Omit<LinkResult, 'status'> & { status: ReportStatus }) | undefined;
}
type WithoutResult = 'not sent' | 'not attempted' | 'unknown';
export type ReportStatus = RowStatus | WithoutResult | 'owned' | 'ended' | 'other-domain';

/** The counts of a report. They add up to the rows of the list. */
export class ReportCounts {
  rows = 0;
  readonly byClass = new Map<RowClass, number>();
  /** The classes of the rows without a result. */
  readonly withoutStatus = new Map<RowClass, number>();
  readonly byStatus = new Map<ReportStatus, number>();
  /** Of the rejected, failed and ended rows. */
  readonly byReason = new Map<string, number>();
  /** The first fault of each reason, which the options of the takeover cause. */
  readonly firstFault = new Map<string, string>();

  add({ class: one, result }: ReportRow): void {
    this.rows += 1;
    bump(this.byClass, one);
    if (result === undefined) bump(this.withoutStatus, one);
    if (result === undefined) return;
    bump(this.byStatus, result.status);
    if (!withReason.has(result.status)) return;
    const reason = result.reason ?? result.status;
    bump(this.byReason, reason);
    const [fault] = result.faults ?? [];
    if (reason === 'invalid-command' && fault !== undefined && !this.firstFault.has(reason))
      this.firstFault.set(reason, `${fault.path}: ${fault.message}`);
  }

  status(status: ReportStatus): number {
    return this.byStatus.get(status) ?? 0;
  }
}

const withReason: ReadonlySet<ReportStatus> = new Set(['rejected', 'failed', 'ended']);

const bump = <Key>(counts: Map<Key, number>, key: Key) => counts.set(key, (counts.get(key) ?? 0) + 1);

/** Joins the list, the notes and the results. */
export async function eachReportRow(
  { rows, notes }: OpenTakeover,
  { choice }: Decided,
  results: TakeoverResults,
  take: (row: ReportRow) => void,
): Promise<void> {
  const without = withoutResult(results);
  await rows((row) => {
    const link = row.is === 'link' ? linkName(row.address) : undefined;
    const one = classOf(row, link === undefined ? undefined : notes.found.get(link), choiceFor(link, notes, choice));
    const known = link === undefined ? undefined : results.byDigest.get(notes.digestOf(link));
    take({ row, class: one, result: known === undefined ? withoutAnswer(one) : ofAnswer(row, known) });
  });

  function withoutAnswer(one: RowClass): ReportRow['result'] {
    return taken.has(one) ? { status: without } : undefined;
  }
}

/** The ledger may have a link under another domain: the first command fixes it, and the list may name another since. */
function ofAnswer(row: ListRow, { status, ...known }: LinkResult): ReportRow['result'] {
  const brandDomain = row.is === 'link' ? row.brandDomain : undefined;
  const isOther = brandDomain !== undefined && known.shortUrl?.startsWith(`https://${brandDomain}/`) === false;
  if (isOther && ownedBy.has(status)) return { ...known, status: 'other-domain' };
  return status === 'ours' ? undefined : { ...known, status };
}

const ownedBy: ReadonlySet<LinkResult['status']> = new Set(['adopted', 'migrated', 'owned', 'ours']);

/** What a fit link without a result is. Nobody may take a link that was sent for one that was not. */
function withoutResult(results: TakeoverResults): WithoutResult {
  switch (results.state) {
    case 'none':
      return 'not sent';
    case 'unopened':
      return 'not attempted';
    case 'replaced':
      return 'unknown';
    case 'known':
      return results.record.state === 'checking' ? 'not attempted' : 'not sent';
  }
}

/** A later attempt may ask for another action. */
const choiceFor = (link: string | undefined, notes: OpenTakeover['notes'], choice: Decided['choice']) =>
  (link === undefined ? undefined : notes.attemptFor(link)?.choice) ?? choice;

const stateWords: Record<Exclude<TakeoverResults['state'], 'known' | 'none'>, string> = {
  unopened: 'uploaded, and its check has not begun',
  replaced: 'another file of this name has replaced it',
};

function stateOf(results: TakeoverResults): string {
  if (results.state === 'known') return standingWords(results.record);
  if (results.state !== 'none') return stateWords[results.state];
  if (results.other === undefined) return 'not started';
  return `not started by these notes. A campaign of this name is there: ${standingWords(results.other)}. If the notes of this list are lost, plan it again: what is taken over is ours`;
}

/** The report as lines of text: what the rows are, what became of them, and what is left. */
export function reportLines(counts: ReportCounts, results: TakeoverResults, campaign: string): string[] {
  const width = n(counts.rows).length;
  const line = (count: number, what: string, words: string) =>
    `  ${n(count).padStart(width)}  ${what.padEnd(15)}${words}`;
  return [
    `campaign  ${campaign}  ${stateOf(results)}`,
    `rows      ${n(counts.rows)}`,
    ...[...counts.byStatus]
      .sort(byRank)
      .map(([status, count]) => line(count, status, statusWords[status] ?? otherWords)),
    ...[...counts.byReason]
      .sort(([, one], [, other]) => other - one)
      .map(([reason, count]) => {
        const remedy = [counts.firstFault.get(reason), reasonWords[reason]].filter((words) => words !== undefined);
        return [`${' '.repeat(width + 4)}${n(count)} ${reason}`, ...remedy].join('. ');
      }),
    ...classes.flatMap((one) => {
      const count = counts.withoutStatus.get(one) ?? 0;
      return count === 0 ? [] : [line(count, one, classWords[one])];
    }),
  ];
}

/** What became of a row that a run takes over, and what to do. The reasons follow the last of them. */
const statusWords: Partial<Record<ReportStatus, string>> = {
  adopted: 'The ledger has it as the producer’s.',
  migrated: 'It is a link of version 2.0, and the ledger has it as the producer’s.',
  owned: 'Another command has made it the producer’s since this takeover was refused.',
  ended: 'It was the producer’s, and has ended since, for the reasons below. Make a new link.',
  'other-domain':
    'The ledger has it as the producer’s, under another domain than the list. To change that, send an update with brandDomain.',
  'not sent': 'No run has sent it. To send it: onelink takeover run',
  unknown: 'Another file has taken this list’s place, so its answer is not known. To find out: onelink takeover run',
  'not attempted':
    'It is not sent yet, or its answer is not here yet. Wait, or run it again if the campaign has ended.',
  failed:
    'It was sent, and ended without success, for the reasons below. To try it again: onelink takeover run --again',
  rejected: 'It is not taken over, for the reasons below. When a reason is gone: onelink takeover run --again',
};

/** What to do about the reason of a rejected row. Only some of them end by themselves. docs/takeover.md has the same. */
const reasonWords: Readonly<Record<string, string>> = {
  'made-elsewhere': 'No call of the API changes such a link. See “Refused links” in docs/takeover.md.',
  'not-owner': 'Another producer has it. Ask that producer.',
  'link-not-found': 'It has ended. Make a new link.',
  'link-expired': 'It has ended. Make a new link.',
  'against-policy': 'Change the policy, then: onelink takeover run --again. Or make a new link.',
  'invalid-link-data': 'Send the action migrate with corrected data.',
  'invalid-command': 'Give other options: onelink takeover run --again',
};
const otherWords = 'See its row in the results.';
/** In the order in which a report lists them. docs/takeover.md has the same. */
export const reportStatuses = Object.keys(statusWords);
const byRank = ([one]: [ReportStatus, number], [other]: [ReportStatus, number]) =>
  reportStatuses.indexOf(one) - reportStatuses.indexOf(other);

/** Whether no row is left that a run would take over. */
export function isComplete(counts: ReportCounts): boolean {
  const open = ['not sent', 'unknown', 'not attempted', 'failed', 'rejected', 'other-domain'] as const;
  return (
    open.every((status) => counts.status(status) === 0) &&
    !counts.byClass.has('undecided') &&
    !counts.byClass.has('unread')
  );
}
