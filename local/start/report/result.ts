import { type NotSent, notSentWords } from './not-sent.ts';
import type { Reconciliation } from './reconciliation.ts';
import type { Findings, Summary } from './summary.ts';

/** What must hold, whatever was sent and whatever was killed, and does not: a sentence for each. Empty is good. */
export function result(
  sum: Pick<Reconciliation, 'links' | 'distinctCreates' | 'qrKeys'>,
  { links, stats }: Pick<Findings, 'links' | 'stats'>,
  summary: Summary,
  contradictions: number,
  unsent: NotSent,
): string[] {
  // What has no outcome may or may not have made its link: as long as there is any, links cannot be compared.
  const complete = summary.unaccounted === 0 && !unsent.some(({ mayBeIn }) => mayBeIn);
  const missing = [...sum.links].filter((address) => complete && !links.has(address)).length;
  const extra = [...links.keys()].filter((address) => complete && !sum.links.has(address)).length;
  const twice = complete && stats.links.made !== sum.distinctCreates;
  const images = complete && summary.qrImages !== sum.qrKeys.size;
  const { limitPerSecond: limit } = summary;
  const faults: [boolean, string][] = [
    [unsent.length > 0, notSentWords(unsent)],
    [summary.unaccounted > 0, `${summary.unaccounted} commands have no outcome, or not the QR code they are owed`],
    [summary.deadLetters > 0, `${summary.deadLetters} dead letters`],
    [contradictions > 0, `${contradictions} outcomes contradict an earlier one of the same message`],
    [missing > 0, `${missing} links that outcomes tell of are not at the API`],
    [extra > 0, `${extra} links at the API that no outcome tells of`],
    [twice, `${stats.links.made} links made for ${sum.distinctCreates} requests`],
    [images, `${summary.qrImages} QR images stored, ${sum.qrKeys.size} told of`],
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
