import { LineRanges } from '../../../cli/files/line-ranges.ts';
import type { Unsent } from '../../../cli/pipeline/send-messages.ts';
import { tallyWords } from '../../../cli/terminal/outcome-words.ts';
import { n } from '../../../cli/words/words.ts';
import { csvHead, csvRow } from '../../../lambdas/domain/campaign/csv-text.ts';
import type { CampaignMessage } from '../campaign-input.ts';

export type NotSent = readonly Unsent<CampaignMessage>[];

/** `3 commands were not sent: lines 7, 9-10 (2 interrupted, 1 InvalidMessageContents)` */
export function notSentWords(unsent: NotSent): string {
  const lines = new LineRanges();
  const reasons = new Map<string, number>();
  for (const { message, reason } of unsent) {
    lines.add(message.line);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const what = unsent.length === 1 ? '1 command was' : `${n(unsent.length)} commands were`;
  return `${what} not sent: ${lines.words(10, unsent[0]?.message.unit)} (${tallyWords(reasons)})`;
}

/** `not-sent.csv`: a row for each command, in the order of the file. */
export function notSentTable(unsent: NotSent): string {
  const rows = inOrder(unsent).map(({ message: { line, requestId, source, lane }, reason, mayBeIn }) =>
    csvRow([line, requestId, source, lane, reason, mayBeIn]),
  );
  return `${csvHead(['line', 'request', 'source', 'lane', 'reason', 'may_be_in_the_queue'])}${rows.join('')}`;
}

/** `not-sent.ndjson`: the commands themselves, for another send. */
export function notSentLines(unsent: NotSent): string {
  return inOrder(unsent)
    .map(({ message }) => `${message.body}\n`)
    .join('');
}

const inOrder = (unsent: NotSent) => unsent.toSorted((one, other) => one.message.line - other.message.line);
