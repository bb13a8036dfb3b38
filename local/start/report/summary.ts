import type { Stats } from '../../onelink-api/emulator.ts';
import { type FileRun, openRows, statusCounts } from './file-results.ts';
import type { Reconciliation } from './reconciliation.ts';

/** The state of the emulator and the engines after the run. */
export interface Findings {
  stats: Stats;
  /** Links at the emulator, without those made elsewhere, by address, and whether they have expired. */
  links: ReadonlyMap<string, { expired: boolean }>;
  qrImages: number;
  deadLetters: number;
  /** The pipeline's budget: the limits without the headroom and other systems' share. */
  budgetPerSecond: { links: number; qr: number };
  limitPerSecond: { links: number; qr: number };
  /** From the first message sent to the last outcome received. */
  seconds: number;
  /** By name: OK, ALARM or INSUFFICIENT_DATA. */
  alarms: Record<string, string>;
}

/** `summary.json`. If the emulator or an engine has its own number, the summary uses it. */
export function summarise(sum: Reconciliation, found: Findings, notSent: number, file?: Omit<FileRun, 'file'>) {
  const { stats } = found;
  return {
    commands: sum.commands + notSent,
    outcomes: sum.outcomes,
    /** The rows of the file's campaign, by status. */
    ...(file && { rows: { all: file.rowsInFile, ...Object.fromEntries(statusCounts(file.results)) } }),
    distinctCreates: sum.distinctCreates,
    /** Live links at the emulator, without those made elsewhere. */
    linksAlive: [...found.links.values()].filter(({ expired }) => !expired).length,
    /** Objects in the QR bucket. */
    qrImages: found.qrImages,
    /** By operation and by status. */
    apiCalls: stats.calls,
    /** The most calls of any kind in any one second, sliding. */
    maxCallsInOneSecond: stats.arrivals.fullestSecond.all,
    maxQrCallsInOneSecond: stats.arrivals.fullestSecond.qr,
    budgetPerSecond: found.budgetPerSecond,
    limitPerSecond: found.limitPerSecond,
    /** 429s for the rate. */
    rateLimited: stats.refused.rate + stats.refused.qrRate + stats.refused.v1Rate,
    quotaUsed: stats.quota.used,
    deadLetters: found.deadLetters,
    /** Sent, and without an outcome or the code that they asked for. Rows of a campaign that has not ended are among them. */
    unaccounted: sum.unaccounted.length + (file ? openRows(file) : 0),
    /** Commands that SQS did not confirm. They get no outcome. */
    notSent,
    seconds: Math.round(found.seconds * 10) / 10,
    alarms: found.alarms,
  };
}

export type Summary = ReturnType<typeof summarise>;
