import type { Action } from '../domain/contract/command.ts';
import type { LaneNow, Signal } from '../domain/control/control-record.ts';
import type { QuotaTally } from '../domain/control/quota-tally.ts';
import type { ApiAnswer } from '../domain/onelink/api-answer.ts';
import type { Meaning } from '../domain/onelink/failure-table.ts';
import type { Operation } from '../domain/onelink/operation.ts';
import type { ReturnCause } from '../domain/work/return-delay.ts';
import type { OneLinkApi } from './ports.ts';

/** So many calls of a kind in a row without a usable answer are an outage, not bad luck. */
const outageAfter = 10;

/**
 * Calls in a row without a usable answer, over the batches of one environment: a lane of small batches has to notice as well.
 * Writes by themselves, since a GET may be answered while POSTs are not. A kept connection that was reset says nothing: the far
 * side closes them while an environment is frozen. In an outage the new connection that follows it meets the same.
 */
export class LostCalls {
  #lost = { writes: 0, reads: 0 };

  /** A new batch: after an outage one more call of each kind tells whether it is over. */
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

/** Watches the API's answers during one batch, and ends the batch early when going on is pointless. */
export interface BatchGate {
  /**
   * The API, watched, for one command.
   * @param calls what was asked and how it was answered is added here
   */
  apiFor(source: string, calls: string[]): OneLinkApi;
  /** Why a command of this kind should not be begun, if so: it is to be parked, or goes back to its queue. */
  closedFor(action: Action): 'park' | ReturnCause | undefined;
  /** Resolves when all others have been told what this batch has met, or cannot be told. Never rejects. */
  told(): Promise<void>;
}

/**
 * @param lane how the lane stands as the batch begins
 * @param lost what the environment remembers of its last batches
 * @param tell makes known to the governor and all workers what this one meets, once a batch for each kind; where it has
 *   failed, again with the next answer of the kind. It must not reject: nobody waits for it until the batch ends.
 */
export function openGate(
  api: OneLinkApi,
  lane: LaneNow,
  tally: QuotaTally,
  lost: LostCalls,
  tell: (signal: Signal) => Promise<boolean>,
): BatchGate {
  let blocked = lane.reason === 'token-refused' || lane.reason === 'feature-off';
  let parking = lane.state === 'parking';
  const telling = new Map<Signal, Promise<void>>();
  lost.begin();
  const meet = (signal: Signal) => {
    if (telling.has(signal)) return;
    const told = tell(signal).then((wasTold) => {
      if (!wasTold) telling.delete(signal);
    });
    telling.set(signal, told);
  };

  const watch = <Value>(operation: Operation, answer: ApiAnswer<Value>): ApiAnswer<Value> => {
    if (answer.meaning === 'account-blocked') {
      blocked = true;
      meet(answer.fault.rule.endsWith('feature-not-enabled') ? 'featureOffAt' : 'tokenRefusedAt');
    }
    if (answer.meaning === 'quota-spent') {
      parking = true;
      meet('quotaExceededAt');
    }
    lost.answered(operation, answer);
    if (lost.isOutage) meet('apiOutageAt');
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
      // A QR job needs no quota, and goes through a queue of its own.
      if (action === 'qr') return undefined;
      if (lost.isOutage) return 'api-outage';
      return parking ? 'park' : undefined;
    },
    told: async () => {
      await Promise.all(telling.values());
    },
  };
}
