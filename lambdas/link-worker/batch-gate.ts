import type { Action } from '../domain/contract/command.ts';
import type { LaneNow, Signal } from '../domain/control/control-record.ts';
import type { QuotaTally } from '../domain/control/quota-tally.ts';
import type { ApiAnswer } from '../domain/onelink/api-answer.ts';
import type { Meaning } from '../domain/onelink/failure-table.ts';
import type { Operation } from '../domain/onelink/operation.ts';
import type { ReturnCause } from '../domain/work/return-delay.ts';
import type { LinkApi } from './ports.ts';

/** This many calls of a kind in a row without a usable answer count as an outage. */
const outageAfter = 10;

/**
 * Counts calls in a row without a usable answer, over the batches of one environment, so lanes with small batches
 * detect an outage too. It counts writes separately, because the API may answer GETs while POSTs fail. A reset of a
 * reused connection does not count: the server closes idle connections while an environment is frozen. In an outage,
 * the next new connection fails too.
 */
export class LostCalls {
  #lost = { writes: 0, reads: 0 };

  /** Begins a batch. After an outage, one call of each kind shows whether it is over. */
  begin(): void {
    const { writes, reads } = this.#lost;
    this.#lost = { writes: Math.min(writes, outageAfter - 1), reads: Math.min(reads, outageAfter - 1) };
  }

  answered(operation: Operation, { meaning, ...answer }: { meaning: Meaning; onReusedSocket?: true }): void {
    if (answer.onReusedSocket) return;
    const kind = operation === 'read' ? 'reads' : 'writes';
    this.#lost[kind] = meaning === 'transient' || meaning === 'ambiguous' ? this.#lost[kind] + 1 : 0;
  }

  get isOutage(): boolean {
    return this.#lost.writes >= outageAfter || this.#lost.reads >= outageAfter;
  }
}

/** Watches the API's answers during one batch, and ends the batch early if more calls are pointless. */
export interface BatchGate {
  /**
   * The watched API for one command.
   * @param calls receives each call and its meaning
   */
  apiFor(source: string, calls: string[]): LinkApi;
  /** Why the worker must not start a command with this action: it parks the command, or returns it for this cause. */
  closedFor(action: Action): 'park' | ReturnCause | undefined;
  /** Resolves when all signals of this batch are written or have failed. Never rejects. */
  signalled(): Promise<void>;
}

/**
 * @param lane the lane's state at the start of the batch
 * @param lost the environment's lost calls of earlier batches
 * @param send signals to the governor and all workers, once a batch for each kind. After a failure, it signals again
 *   with the next answer of the kind. It must not reject, because the batch awaits it only at its end.
 */
export function openGate(
  api: LinkApi,
  lane: LaneNow,
  tally: QuotaTally,
  lost: LostCalls,
  send: (signal: Signal) => Promise<boolean>,
): BatchGate {
  let blocked = lane.reason === 'token-refused' || lane.reason === 'feature-off';
  let parking = lane.state === 'parking';
  const signals = new Map<Signal, Promise<void>>();
  lost.begin();
  const signal = (kind: Signal) => {
    if (signals.has(kind)) return;
    const sent = send(kind).then((isWritten) => {
      if (!isWritten) signals.delete(kind);
    });
    signals.set(kind, sent);
  };

  const watch = <Value>(operation: Operation, answer: ApiAnswer<Value>): ApiAnswer<Value> => {
    if (answer.meaning === 'account-blocked') {
      blocked = true;
      signal(answer.fault.rule.endsWith('feature-not-enabled') ? 'featureOffAt' : 'tokenRefusedAt');
    }
    if (answer.meaning === 'quota-spent') {
      parking = true;
      signal('quotaExceededAt');
    }
    lost.answered(operation, answer);
    if (lost.isOutage) signal('apiOutageAt');
    return answer;
  };

  return {
    apiFor: (source, calls) => {
      const watched = async <Value>(operation: Operation, call: Promise<ApiAnswer<Value>>) => {
        const answer = watch(operation, await call);
        tally.answered(source, operation, answer.meaning);
        calls.push(`${operation} ${answer.meaning}`);
        return answer;
      };
      return {
        create: (address, link) => watched('create', api.create(address, link)),
        read: (address) => watched('read', api.read(address)),
        update: (address, link) => watched('update', api.update(address, link)),
        delete: (address) => watched('delete', api.delete(address)),
      };
    },
    closedFor: (action) => {
      if (blocked) return 'account-blocked';
      if (lane.state === 'paused') return lane.reason === 'api-outage' ? 'api-outage' : 'lane-paused';
      // A QR job needs no quota and has its own queue.
      if (action === 'qr') return undefined;
      if (lost.isOutage) return 'api-outage';
      // A GET costs no quota.
      if (action === 'adopt' || action === 'get') return undefined;
      return parking ? 'park' : undefined;
    },
    signalled: async () => {
      await Promise.all(signals.values());
    },
  };
}
