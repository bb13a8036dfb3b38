import type { ParkedLot, ParkedStore } from '../../../lambdas/adapters/parked-store.ts';
import { counted, durationWords, instantWords } from '../../words/words.ts';

/** What is parked for one lane, by the names of its lots alone. */
export interface ParkedSummary {
  lane: string;
  lots: number;
  commands: number;
  bytes: number;
  /** Epoch milliseconds at which the first command of the oldest lot, and of the newest lot, was parked. Impossible times are left out. */
  oldestMilliseconds?: number;
  newestMilliseconds?: number;
}

/** API v2.0 did not exist before. A lot's name does not prove its age, because an operator may have put it there by hand. */
const earliest = Date.UTC(2020, 0);
/** The clocks of the worker and of this machine may differ by this much. */
const slackMilliseconds = 5 * 60_000;

/** @param onLot receives the counts so far */
export async function summarise(
  lane: string,
  lots: AsyncIterable<Pick<ParkedLot, 'commands' | 'bytes' | 'parkedAtMilliseconds'>>,
  onLot: (sofar: ParkedSummary) => void = () => {},
  nowMilliseconds = Date.now(),
): Promise<ParkedSummary> {
  const sum: ParkedSummary = { lane, lots: 0, commands: 0, bytes: 0 };
  for await (const { commands, bytes, parkedAtMilliseconds } of lots) {
    sum.lots += 1;
    sum.commands += commands;
    sum.bytes += bytes;
    if (parkedAtMilliseconds >= earliest && parkedAtMilliseconds <= nowMilliseconds + slackMilliseconds) {
      sum.oldestMilliseconds = Math.min(sum.oldestMilliseconds ?? parkedAtMilliseconds, parkedAtMilliseconds);
      sum.newestMilliseconds = Math.max(sum.newestMilliseconds ?? parkedAtMilliseconds, parkedAtMilliseconds);
    }
    onLot(sum);
  }
  return sum;
}

/** Lanes with parked commands that the pipeline does not have. The replayer does not replay those. */
export async function strandedLanes(
  store: Pick<ParkedStore, 'lots' | 'lanes'>,
  own: readonly string[],
): Promise<{ lane: string; commands: number }[]> {
  const gone = (await store.lanes()).filter((lane) => !own.includes(lane));
  return Promise.all(
    gone.map(async (lane) => ({ lane, commands: (await summarise(lane, store.lots(lane))).commands })),
  );
}

/** @param isReplayed false for a lane that the pipeline does not have */
export function parkedWords(
  { lane, lots, commands, bytes, oldestMilliseconds }: ParkedSummary,
  isReplayed: boolean,
  nowMilliseconds: number,
): string {
  if (lots === 0) return `${lane}  nothing is parked`;
  const ago = (at: number) => durationWords((nowMilliseconds - at) / 1000);
  return [
    lane,
    `${counted(commands, 'command')} in ${counted(lots, 'lot')}, ${(bytes / 1e6).toFixed(1)} MB`,
    oldestMilliseconds === undefined
      ? 'of unknown age'
      : `oldest ${instantWords(oldestMilliseconds)} UTC (${ago(oldestMilliseconds)} ago)`,
    ...(isReplayed ? [] : ['not replayed: the pipeline has no such lane']),
  ].join('  ');
}
