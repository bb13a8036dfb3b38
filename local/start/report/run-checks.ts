import { type NotSent, notSentWords } from './not-sent.ts';
import type { Reconciliation } from './reconciliation.ts';
import type { Findings, Summary } from './summary.ts';

/** Returns a sentence for each rule that the run broke. The rules hold for any input and any killed environments. */
export function failedChecks(
  sum: Pick<Reconciliation, 'links' | 'distinctCreates' | 'qrKeys'>,
  { links, stats }: Pick<Findings, 'links' | 'stats'>,
  summary: Summary,
  contradictions: number,
  unsent: NotSent,
): string[] {
  // A command without an outcome may have made its link. With any such command, links cannot be compared.
  const complete = summary.unaccounted === 0 && !unsent.some(({ mayBeIn }) => mayBeIn);
  const missing = [...sum.links].filter((address) => complete && !links.has(address)).length;
  const extra = [...links.keys()].filter((address) => complete && !sum.links.has(address)).length;
  const twice = complete && stats.links.made !== sum.distinctCreates;
  const images = complete && summary.qrImages !== sum.qrKeys.size;
  const { limitPerSecond: limit } = summary;
  const faults: [boolean, string][] = [
    [unsent.length > 0, notSentWords(unsent)],
    [summary.unaccounted > 0, `${summary.unaccounted} commands lack their outcome or their QR code`],
    [summary.deadLetters > 0, `${summary.deadLetters} dead letters`],
    [contradictions > 0, `${contradictions} outcomes contradict an earlier one of the same message`],
    [missing > 0, `${missing} links of outcomes do not exist at the API`],
    [extra > 0, `${extra} links at the API have no outcome`],
    [twice, `${stats.links.made} links created for ${sum.distinctCreates} requests`],
    [images, `${summary.qrImages} QR images stored, but ${sum.qrKeys.size} in outcomes`],
    [summary.rateLimited > 0, `the API answered 429 to ${summary.rateLimited} calls`],
    [
      summary.maxCallsInOneSecond > limit.links,
      `${summary.maxCallsInOneSecond} calls in one second, but the limit is ${limit.links}`,
    ],
    [
      summary.maxQrCallsInOneSecond > limit.qr,
      `${summary.maxQrCallsInOneSecond} QR calls in one second, but the limit is ${limit.qr}`,
    ],
  ];
  return faults.flatMap(([broken, words]) => (broken ? [words] : []));
}
