import type { FaultKind } from './faults.ts';
import { CallCounter } from './limits.ts';
import type { Seen } from './line.ts';
import type { ApiVersion, Call } from './operations.ts';

type CallTable = Record<string, Record<string, number>>;

/** Counters of calls. The store and the quota keep their own counters. */
export class Statistics {
  /** All operations of both versions. */
  readonly all = new CallCounter();
  /** The operations under the general rate limit. */
  readonly api = new CallCounter();
  readonly qr = new CallCounter();
  /** The operations of version 1.0. */
  readonly v1 = new CallCounter();
  /** Calls of both versions, per operation and per answer seen: a status, `reset` or `hung`. */
  readonly calls: CallTable = {};
  /** The same calls for each version. */
  readonly callsByApi: Record<ApiVersion, CallTable> = { 'v2.0': {}, 'v1.0': {} };
  /** 429s of the rate limits, by limit. The 429s of faults are not included. */
  readonly refused = { rate: 0, qrRate: 0, v1Rate: 0, quota: 0 };
  readonly clicks = { total: 0, onLiveLinks: 0 };
  readonly faultsPlayed: Partial<Record<FaultKind, number>> = {};

  received({ api, operation }: Call, milliseconds: number, countsToRate: boolean): void {
    this.all.record(milliseconds);
    if (operation === 'qr') this.qr.record(milliseconds);
    if (api === 'v1.0') this.v1.record(milliseconds);
    if (countsToRate) this.api.record(milliseconds);
  }

  answered({ api, operation }: Call, seen: Seen): void {
    for (const table of [this.calls, this.callsByApi[api]]) {
      const answers = table[operation] ?? {};
      table[operation] = answers;
      answers[seen] = (answers[seen] ?? 0) + 1;
    }
  }

  played(kind: FaultKind): void {
    this.faultsPlayed[kind] = (this.faultsPlayed[kind] ?? 0) + 1;
  }
}
