import type { Reconciliation } from './reconciliation.ts';
import type { Findings, Summary } from './summary.ts';

/** What must hold, whatever was sent and whatever was killed, and does not: a sentence for each. Empty is good. */
export function verdict(
  sum: Pick<Reconciliation, 'links' | 'distinctCreates' | 'qrKeys'>,
  { links, stats }: Pick<Findings, 'links' | 'stats'>,
  summary: Summary,
  contradictions: number,
): string[] {
  const missing = [...sum.links].filter((address) => !links.has(address)).length;
  const extra = [...links.keys()].filter((address) => !sum.links.has(address)).length;
  const { limitPerSecond: limit } = summary;
  const faults: [boolean, string][] = [
    [summary.unaccounted > 0, `${summary.unaccounted} commands have no outcome, or not the QR code they are owed`],
    [summary.deadLetters > 0, `${summary.deadLetters} dead letters`],
    [contradictions > 0, `${contradictions} outcomes contradict an earlier one of the same message`],
    [missing > 0, `${missing} links that outcomes tell of are not at the API`],
    [extra > 0, `${extra} links at the API that no outcome tells of`],
    [stats.links.made !== sum.distinctCreates, `${stats.links.made} links made for ${sum.distinctCreates} requests`],
    [summary.qrImages !== sum.qrKeys.size, `${summary.qrImages} QR images stored, ${sum.qrKeys.size} told of`],
    [summary.rateLimited > 0, `the API answered 429 to ${summary.rateLimited} calls`],
    [
      summary.maxCallsInOneSecond > limit.links,
      `${summary.maxCallsInOneSecond} calls in one second, the limit is ${limit.links}`,
    ],
    [
      summary.maxQrCallsInOneSecond > limit.qr,
      `${summary.maxQrCallsInOneSecond} QR calls in one second, the limit is ${limit.qr}`,
    ],
  ];
  return faults.flatMap(([broken, words]) => (broken ? [words] : []));
}
