import type { FaultKind } from './faults.ts';
import { CallCounter } from './limits.ts';
import type { Seen } from './line.ts';
import type { Operation } from './operations.ts';

/** Counters of calls. The store and the quota keep their own counters. */
export class Statistics {
  /** All six operations. */
  readonly all = new CallCounter();
  /** The operations under the general rate limit. */
  readonly api = new CallCounter();
  readonly qr = new CallCounter();
  /** Calls per operation and per answer seen: a status, `reset` or `hung`. */
  readonly calls: Record<string, Record<string, number>> = {};
  /** 429s of the rate limits, by limit. The 429s of faults are not included. */
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
