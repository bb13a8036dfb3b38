import type { CampaignRecord, OutstandingChunk, Tallies } from '../domain/campaign/record.ts';
import type { CheckedRow, RowResult } from '../domain/campaign/row.ts';

/** A change of a record: the fields that are new. */
export type Progress = Partial<CampaignRecord>;

/** A chunk whose results are in its object. */
export interface SettledChunk {
  chunk: number;
  tallies: Tallies;
  /** Of its rejected rows, those that the check has rejected. */
  rejectedByCheck: number;
}

export const outstandingOf = ({ outstanding = [] }: Pick<CampaignRecord, 'outstanding'>) => outstanding;

/** A chunk with the results of its rows. */
export const settledChunk = (
  chunk: number,
  rows: readonly CheckedRow[],
  results: readonly RowResult[],
): SettledChunk => ({
  chunk,
  tallies: talliesOf(results),
  rejectedByCheck: rows.filter(({ check }) => check === 'rejected').length,
});

/** Rows by status. `not attempted` is what is left of all rows, so nobody counts it. */
export function talliesOf(results: readonly RowResult[]): Tallies {
  const tallies: Tallies = {};
  for (const { status } of results) {
    if (status !== 'not attempted') tallies[status] = (tallies[status] ?? 0) + 1;
  }
  return tallies;
}

/** The record after its next chunk was sent, or undefined if it is another chunk's turn. */
export function withSent(record: CampaignRecord, entry: OutstandingChunk, sendRows: number): Progress | undefined {
  if (entry.chunk !== record.sent + 1) return undefined;
  return {
    sent: entry.chunk,
    rowsSent: (record.rowsSent ?? 0) + sendRows,
    outstanding: [...outstandingOf(record), entry],
  };
}

/** The record after an outstanding chunk was sent again, or undefined if it is settled. */
export function withSentAgain(record: CampaignRecord, entry: OutstandingChunk): Progress | undefined {
  const isThere = outstandingOf(record).some(({ chunk }) => chunk === entry.chunk);
  if (!isThere) return undefined;
  return { outstanding: outstandingOf(record).map((one) => (one.chunk === entry.chunk ? entry : one)) };
}

/** The record after these chunks were settled, or undefined if all of them were before. No chunk counts twice. */
export function withSettled(
  record: CampaignRecord,
  chunks: readonly SettledChunk[],
  now: number,
): Progress | undefined {
  const waiting = new Set(outstandingOf(record).map(({ chunk }) => chunk));
  const fresh = chunks.filter(({ chunk }) => waiting.has(chunk));
  if (fresh.length === 0) return undefined;
  const done = new Set([...record.settledBeyond, ...fresh.map(({ chunk }) => chunk)]);
  let settled = record.settled;
  while (done.delete(settled + 1)) settled++;
  return {
    outstanding: outstandingOf(record).filter(({ chunk }) => !fresh.some((one) => one.chunk === chunk)),
    settled,
    settledBeyond: [...done].sort((one, other) => one - other),
    ...sumsOf(record, fresh),
    settledAt: now,
  };
}

/** The record after the next chunks of a cancelled campaign were settled unsent, or undefined if it is not their turn. */
export function withSkipped(
  record: CampaignRecord,
  chunks: readonly SettledChunk[],
  now: number,
): Progress | undefined {
  if (record.state !== 'cancelled' || outstandingOf(record).length > 0) return undefined;
  if (chunks[0]?.chunk !== record.settled + 1) return undefined;
  return {
    settled: record.settled + chunks.length,
    ...sumsOf(record, chunks),
    settledAt: now,
  };
}

function sumsOf(
  before: CampaignRecord,
  chunks: readonly SettledChunk[],
): Pick<Progress, 'tallies' | 'rejectedSettled'> {
  const sum: Tallies = { ...before.tallies };
  const isCounted = before.rejectedSettled !== undefined || Object.keys(sum).length === 0;
  let rejected = before.rejectedSettled ?? 0;
  for (const { tallies, rejectedByCheck } of chunks) {
    rejected += rejectedByCheck;
    for (const [status, count] of Object.entries(tallies)) {
      const key = status as keyof Tallies;
      sum[key] = (sum[key] ?? 0) + count;
    }
  }
  return { tallies: sum, ...(isCounted && { rejectedSettled: rejected }) };
}

/** Whether each row has its final status, in the result object of its chunk, or the file as a whole was refused. */
export function isWhole({ state, check, settled, chunks }: CampaignRecord): boolean {
  if (state === 'refused') return true;
  return settled === chunks && (state === 'cancelled' || (state === 'sending' && check.done));
}
