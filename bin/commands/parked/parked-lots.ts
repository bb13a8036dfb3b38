import type { ParkedLot } from '../../../lambdas/adapters/parked-store.ts';

/** What waits in the archive for one lane, told by the names of its lots alone. */
export interface ParkedSummary {
  lane: string;
  lots: number;
  commands: number;
  bytes: number;
  /** Epoch milliseconds at which the first command of the oldest, and of the newest, lot was parked. */
  oldestMilliseconds?: number;
  newestMilliseconds?: number;
}

/** @param onLot told of what was counted so far */
export async function summarise(
  lane: string,
  lots: AsyncIterable<Pick<ParkedLot, 'commands' | 'bytes' | 'parkedAtMilliseconds'>>,
  onLot: (sofar: ParkedSummary) => void = () => {},
): Promise<ParkedSummary> {
  const sum: ParkedSummary = { lane, lots: 0, commands: 0, bytes: 0 };
  for await (const { commands, bytes, parkedAtMilliseconds } of lots) {
    sum.lots += 1;
    sum.commands += commands;
    sum.bytes += bytes;
    sum.oldestMilliseconds ??= parkedAtMilliseconds;
    sum.newestMilliseconds = parkedAtMilliseconds;
    onLot(sum);
  }
  return sum;
}
