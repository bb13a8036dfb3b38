import type { History } from '../../../lambdas/adapters/history.ts';
import type { HistoryLine } from '../../../lambdas/domain/link/history-line.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { eachAtOnce } from '../../../lambdas/domain/work/at-once.ts';
import { dayOf } from '../../../lambdas/domain/work/clock.ts';
import { n } from '../../words/words.ts';
import type { Request } from './log-search.ts';

/** The most requests to S3 of one search. A thousand cost less than a cent, and take some seconds. */
const mostRequests = 1_000;
const readsAtOnce = 8;
const dayMilliseconds = 86_400_000;

/** Days in UTC, both included: `2026-03-09`. */
export interface Days {
  first: string;
  last: string;
}

/** What to search the history of ended links for: a link, or the link that a request made. */
export type Ended = { address: LinkAddress } | { request: Request };

export interface HistorySearch {
  /** The days on which the link may have ended, the likeliest first. */
  days: readonly string[];
  /** The day of the search. The history has a later day for a link that ended early, and no link has ended later. */
  today: string;
  interrupted: AbortSignal;
  onStep(words: () => string): void;
  /** Receives which days were not searched, or that nothing was found. */
  onGap(words: string): void;
}

/** The days of a range, the newest first. */
export function daysOf({ first, last }: Days): string[] {
  const days: string[] = [];
  for (let at = Date.parse(last); at >= Date.parse(first); at -= dayMilliseconds) days.push(dayOf(at));
  return days;
}

/**
 * Searches the history day by day, until a day has the link. Each day costs a request, and each object of that day one more.
 *
 * @returns the links found: none, or one, or several that had the same address on one day
 */
export async function searchHistory(
  history: Pick<History, 'pages' | 'lines'>,
  ended: Ended,
  { days, today, interrupted, onStep, onGap }: HistorySearch,
): Promise<HistoryLine[]> {
  const found = new Map<string, HistoryLine>();
  let requests = 0;
  const mayAsk = () => requests < mostRequests && !interrupted.aborted;
  const read = async (key: string) => {
    if (!mayAsk()) return;
    requests += 1;
    onStep(() => `searching the history of ended links: ${n(requests)} requests`);
    // A line may be there twice.
    for (const line of await history.lines(key)) if (isMeant(line, ended)) found.set(JSON.stringify(line), line);
  };
  for (const [index, day] of days.entries()) {
    for await (const keys of history.pages(day)) {
      requests += 1;
      await eachAtOnce(readsAtOnce, keys, read);
      if (!mayAsk()) break;
    }
    if (found.size > 0 || interrupted.aborted) return [...found.values()];
    if (requests >= mostRequests) {
      onGap(
        `history of ended links: ${n(mostRequests)} requests made, the most of one search; ${inWords(days.slice(index), today)} not ` +
          `searched to the end. If you know when the link ended, name the days: --ended ${option(days.slice(index))}`,
      );
      return [];
    }
  }
  if (days.length > 0) {
    onGap(
      `history of ended links: it has no end of this link on ${inWords(days, today)}. If the link ended on other days, name them: ` +
        '--ended FIRST..LAST',
    );
  }
  return [];
}

function isMeant(line: HistoryLine, ended: Ended): boolean {
  if ('request' in ended) {
    return line.source === ended.request.source && line.requestId === ended.request.requestId;
  }
  return line.onelinkId === ended.address.onelinkId && line.shortlinkId === ended.address.shortlinkId;
}

const ends = (days: readonly string[]) => [days.toSorted()[0], days.toSorted().at(-1)] as const;

function inWords(days: readonly string[], today: string): string {
  const past = days.filter((day) => day <= today);
  const [first, last] = ends(past.length > 0 ? past : days);
  return first === last ? `${first}` : `${first} to ${last}`;
}

function option(days: readonly string[]): string {
  const [first, last] = ends(days);
  return first === last ? `${first}` : `${first}..${last}`;
}
