import type { Stats } from '../../onelink-api/emulator.ts';
import type { Reconciliation } from './reconciliation.ts';

/** `summary.json`. If the emulator or an engine has its own number, the summary uses it. */
export interface Summary {
  commands: number;
  outcomes: Record<string, number>;
  distinctCreates: number;
  /** Live links at the emulator, without those made elsewhere. */
  linksAlive: number;
  /** Objects in the QR bucket. */
  qrImages: number;
  /** By operation and by status. */
  apiCalls: Record<string, Record<string, number>>;
  /** The most calls of any kind in any one second, sliding. */
  maxCallsInOneSecond: number;
  maxQrCallsInOneSecond: number;
  /** The pipeline's budget: the limits without the headroom and other systems' share. */
  budgetPerSecond: { links: number; qr: number };
  limitPerSecond: { links: number; qr: number };
  /** 429s for the rate. */
  rateLimited: number;
  quotaUsed: number;
  deadLetters: number;
  /** Sent, and without an outcome or the code that they asked for. */
  unaccounted: number;
  /** Commands that SQS did not confirm. They get no outcome. */
  notSent: number;
  /** From the first message sent to the last outcome received. */
  seconds: number;
  /** By name: OK, ALARM or INSUFFICIENT_DATA. */
  alarms: Record<string, string>;
}

/** The state of the emulator and the engines after the run. */
export interface Findings {
  stats: Stats;
  /** Links at the emulator, without those made elsewhere, by address, and whether they have expired. */
  links: ReadonlyMap<string, { expired: boolean }>;
  qrImages: number;
  deadLetters: number;
  budgetPerSecond: Summary['budgetPerSecond'];
  limitPerSecond: Summary['limitPerSecond'];
  seconds: number;
  alarms: Record<string, string>;
}

export function summarise(sum: Reconciliation, found: Findings, notSent: number): Summary {
  const { stats } = found;
  return {
    commands: sum.commands + notSent,
    outcomes: sum.outcomes,
    distinctCreates: sum.distinctCreates,
    linksAlive: [...found.links.values()].filter(({ expired }) => !expired).length,
    qrImages: found.qrImages,
    apiCalls: stats.calls,
    maxCallsInOneSecond: stats.arrivals.fullestSecond.all,
    maxQrCallsInOneSecond: stats.arrivals.fullestSecond.qr,
    budgetPerSecond: found.budgetPerSecond,
    limitPerSecond: found.limitPerSecond,
    rateLimited: stats.refused.rate + stats.refused.qrRate,
    quotaUsed: stats.quota.used,
    deadLetters: found.deadLetters,
    unaccounted: sum.unaccounted.length,
    notSent,
    seconds: Math.round(found.seconds * 10) / 10,
    alarms: found.alarms,
  };
}
