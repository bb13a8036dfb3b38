import { placeWords } from '../../../cli/files/place-words.ts';
import { outcomeWords } from '../../../cli/terminal/outcome-words.ts';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRun } from '../campaign-run.ts';
import { type FileRun, faultWords, refusalWords, statusCounts } from './file-results.ts';
import type { Answered, Reconciliation } from './reconciliation.ts';
import type { Findings, Summary } from './summary.ts';
import { weatherWords } from './weather-words.ts';

const shownRejects = 3;
const shownFaults = 3;

const number = (value: number) => value.toLocaleString('en');
const sumOf = (terms: readonly (readonly [name: string, count: number])[]) =>
  terms.map(([name, count]) => `${number(count)} ${name}`).join(' + ') || '0';

/** The result of the run: the sum of the outcomes, the emulator's counters, three rejects, and what the weather did. */
export function closingWords(
  run: Pick<CampaignRun, 'end' | 'all' | 'unsent' | 'killed'>,
  sum: Reconciliation,
  { stats }: Pick<Findings, 'stats'>,
  summary: Summary,
  faults: readonly string[],
  weather?: Parameters<typeof weatherWords>[0],
  file?: FileRun,
): string[] {
  const terms = [...sum.fates, ...(run.unsent.length > 0 ? [['not sent', run.unsent.length] as const] : [])];
  const { create = {} } = stats.calls;
  const rejects = run.all.filter(({ answer }) => answer?.outcome === 'rejected').slice(0, shownRejects);
  return [
    '',
    ...(run.end === 'all answered' ? [] : [`Ended early: ${run.end}.`]),
    ...(file ? fileWords(file) : []),
    `${number(summary.commands)} commands = ${sumOf(terms)}; unaccounted for: ${number(summary.unaccounted)}`,
    `${number(sum.qr.owed)} QR codes owed with a link = ${sumOf([
      ['ready', sum.qr.ready],
      ['failed', sum.qr.failed],
    ])}`,
    'The emulator counted:',
    `  ${number(stats.links.made)} links created (${number(summary.linksAlive)} live), ` +
      `${number(stats.links.updated)} updated, ${number(stats.links.deleted)} deleted`,
    `  ${number(Object.values(create).reduce((all, one) => all + one, 0))} POSTs, of which ` +
      `${number(create['409'] ?? 0)} got a 409 for a taken ID; ${number(summary.quotaUsed)} calls of quota used`,
    `  at most ${number(summary.maxCallsInOneSecond)} calls in a second (limit ${number(summary.limitPerSecond.links)}), ` +
      `and ${number(summary.maxQrCallsInOneSecond)} QR calls (limit ${number(summary.limitPerSecond.qr)}); ` +
      `429s for the rate: ${number(summary.rateLimited)}`,
    ...(rejects.length > 0 ? ['Some of the rejects:', ...rejects.flatMap(rejectWords)] : []),
    ...(run.killed > 0 ? [`The run killed ${number(run.killed)} environments.`] : []),
    ...weatherWords(weather),
    faults.length === 0 ? 'All checks hold.' : `CHECKS FAILED:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
  ];
}

/** The sum of one pipeline's outcomes, if several have run. */
export const pipelineWords = (sum: Reconciliation): string => `${number(sum.commands)} commands = ${sumOf(sum.fates)}`;

/** The rows of a file by status, and why some are rejected. */
function fileWords({ file, record, rowsInFile, results }: FileRun): string[] {
  const words = `${campaignKey(file)}: ${number(rowsInFile)} rows`;
  if (record?.refusal !== undefined) return [`${words}, and none is sent: ${refusalWords(record)}`];
  const firstFaults = record?.firstFaults.slice(0, shownRejects) ?? [];
  return [`${words} = ${sumOf(statusCounts(results))}`, ...firstFaults.map((fault) => `  ${faultWords(fault)}`)];
}

function rejectWords({ message, answer }: Answered): string[] {
  if (answer === undefined) return [];
  const [head = '', ...faults] = outcomeWords(answer, `  ${placeWords(message)}`);
  const more = faults.length - shownFaults;
  return [head, ...faults.slice(0, shownFaults), ...(more > 0 ? [`    and ${more} more`] : [])];
}
