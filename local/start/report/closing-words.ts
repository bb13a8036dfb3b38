import { placeWords } from '../../../cli/files/place-words.ts';
import { outcomeWords } from '../../../cli/terminal/outcome-words.ts';
import type { CampaignRun } from '../campaign-run.ts';
import type { Answered, Reconciliation } from './reconciliation.ts';
import type { Findings, Summary } from './summary.ts';
import { weatherWords } from './weather-words.ts';

const shownRejects = 3;
const shownFaults = 3;

const number = (value: number) => value.toLocaleString('en');
const sumOf = (terms: readonly (readonly [name: string, count: number])[]) =>
  terms.map(([name, count]) => `${number(count)} ${name}`).join(' + ') || '0';

/** What the run comes to: the sum of the outcomes beside the emulator's own count, three rejects to look at, and what struck. */
export function closingWords(
  run: Pick<CampaignRun, 'end' | 'all' | 'unsent' | 'killed'>,
  sum: Reconciliation,
  { stats }: Pick<Findings, 'stats'>,
  summary: Summary,
  faults: readonly string[],
  weather?: Parameters<typeof weatherWords>[0],
): string[] {
  const terms = [...sum.fates, ...(run.unsent.length > 0 ? [['not sent', run.unsent.length] as const] : [])];
  const { create = {} } = stats.calls;
  const rejects = run.all.filter(({ answer }) => answer?.outcome === 'rejected').slice(0, shownRejects);
  return [
    '',
    ...(run.end === 'all answered' ? [] : [`Ended early: ${run.end}.`]),
    `${number(summary.commands)} commands = ${sumOf(terms)}; unaccounted for: ${number(summary.unaccounted)}`,
    `${number(sum.qr.owed)} QR codes owed with a link = ${sumOf([
      ['ready', sum.qr.ready],
      ['failed', sum.qr.failed],
    ])}`,
    'The emulator has counted:',
    `  ${number(stats.links.made)} links made (${number(summary.linksAlive)} alive), ` +
      `${number(stats.links.updated)} updated, ${number(stats.links.deleted)} deleted`,
    `  ${number(Object.values(create).reduce((all, one) => all + one, 0))} POSTs, of which ` +
      `${number(create['409'] ?? 0)} met a taken ID (409); ${number(summary.quotaUsed)} calls of quota used`,
    `  in its fullest second ${number(summary.maxCallsInOneSecond)} calls (limit ${number(summary.limitPerSecond.links)}), ` +
      `${number(summary.maxQrCallsInOneSecond)} of them for QR codes at most (limit ${number(summary.limitPerSecond.qr)}); ` +
      `429 for the rate: ${number(summary.rateLimited)}`,
    ...(rejects.length > 0 ? ['Some of the rejects:', ...rejects.flatMap(rejectWords)] : []),
    ...(run.killed > 0 ? [`${number(run.killed)} environments were killed on the way.`] : []),
    ...weatherWords(weather),
    faults.length === 0 ? 'It all adds up.' : `IT DOES NOT ADD UP:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
  ];
}

function rejectWords({ message, answer }: Answered): string[] {
  if (answer === undefined) return [];
  const [head = '', ...faults] = outcomeWords(answer, `  ${placeWords(message)}`);
  const more = faults.length - shownFaults;
  return [head, ...faults.slice(0, shownFaults), ...(more > 0 ? [`    and ${more} more`] : [])];
}
