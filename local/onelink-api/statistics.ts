import type { FaultKind } from './faults.ts';
import { CallCounter } from './limits.ts';
import type { Seen } from './line.ts';
import type { Operation } from './operations.ts';

/** The calls and answers since the emulator's start or its last reset. */
export interface Stats {
  /** Calls received, whatever their answers. */
  arrivals: {
    /** All six operations. */
    all: number;
    /** The operations under the general rate limit. */
    api: number;
    qr: number;
    /** The most calls in any one second (sliding, not by the clock). */
    fullestSecond: { all: number; api: number; qr: number };
  };
  /** Calls per operation and per answer seen: a status, `reset` or `hung`. */
  calls: Record<string, Record<string, number>>;
  /** 429s of the rate limits, by limit. The 429s of faults are not included. */
  refused: { rate: number; qrRate: number; quota: number };
  links: {
    /** Links that POST created. */
    made: number;
    preloaded: number;
    updated: number;
    deleted: number;
    purged: number;
    /** Links stored, expired ones included. */
    held: number;
    alive: number;
  };
  quota: { month: string; monthly: number; used: number; remaining: number };
  clicks: { total: number; onLiveLinks: number };
  faultsPlayed: Partial<Record<FaultKind, number>>;
}

/** Counters of calls. The store and the quota keep their own counters. */
export class Statistics {
  readonly all = new CallCounter();
  readonly api = new CallCounter();
  readonly qr = new CallCounter();
  readonly calls: Record<string, Record<string, number>> = {};
  readonly refused = { rate: 0, qrRate: 0, quota: 0 };
  readonly clicks = { total: 0, onLiveLinks: 0 };
  readonly faultsPlayed: Partial<Record<FaultKind, number>> = {};

  received(operation: Operation, milliseconds: number, countsToRate: boolean): void {
    this.all.record(milliseconds);
    if (operation === 'qr') this.qr.record(milliseconds);
    if (countsToRate) this.api.record(milliseconds);
  }

  answered(operation: Operation, seen: Seen): void {
    const answers = this.calls[operation] ?? {};
    this.calls[operation] = answers;
    answers[seen] = (answers[seen] ?? 0) + 1;
  }

  played(kind: FaultKind): void {
    this.faultsPlayed[kind] = (this.faultsPlayed[kind] ?? 0) + 1;
  }
}
