import type { ApiAnswer } from '../domain/api-answer.ts';
import type { Action } from '../domain/command.ts';
import type { LaneNow, Signal } from '../domain/control-record.ts';
import type { Operation } from '../domain/operation.ts';
import type { QuotaTally } from '../domain/quota-tally.ts';
import type { ReturnCause } from '../domain/return-delay.ts';
import type { OneLinkApi } from './ports.ts';

/** So many calls in a row without a usable answer are an outage, not bad luck. */
const outageAfter = 10;

/** Watches the API's answers during one batch, and ends the batch early when going on is pointless. */
export interface BatchGate {
  /**
   * The API, watched, for one command.
   * @param calls what was asked and how it was answered is added here
   */
  apiFor(source: string, calls: string[]): OneLinkApi;
  /** Why a command of this kind should not be begun, if so: it is to be parked, or goes back to its queue. */
  closedFor(action: Action): 'park' | ReturnCause | undefined;
  /** Resolves when all others have been told what this batch has met. */
  told(): Promise<void>;
}

/**
 * @param lane how the lane stands as the batch begins
 * @param tell makes known to the governor and all workers what this one meets, once a batch for each kind
 */
export function openGate(
  api: OneLinkApi,
  lane: LaneNow,
  tally: QuotaTally,
  tell: (signal: Signal) => Promise<void>,
): BatchGate {
  let blocked = lane.reason === 'token-refused' || lane.reason === 'feature-off';
  let parking = lane.state === 'parking';
  let lostInARow = 0;
  const telling = new Map<Signal, Promise<void>>();
  const meet = (signal: Signal) => {
    if (!telling.has(signal)) telling.set(signal, tell(signal));
  };

  const watch = <Value>(answer: ApiAnswer<Value>): ApiAnswer<Value> => {
    if (answer.meaning === 'account-blocked') {
      blocked = true;
      meet(answer.fault.rule.endsWith('feature-not-enabled') ? 'featureOffAt' : 'tokenRefusedAt');
    }
    if (answer.meaning === 'quota-spent') {
      parking = true;
      meet('quotaExceededAt');
    }
    const lost = answer.meaning === 'transient' || answer.meaning === 'ambiguous';
    lostInARow = lost ? lostInARow + 1 : 0;
    if (lostInARow >= outageAfter) meet('apiOutageAt');
    return answer;
  };

  return {
    apiFor: (source, calls) => {
      const watched = async <Value>(operation: Operation, call: Promise<ApiAnswer<Value>>) => {
        const answer = watch(await call);
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
      if (lostInARow >= outageAfter) return 'api-outage';
      return parking ? 'park' : undefined;
    },
    told: async () => {
      await Promise.all(telling.values());
    },
  };
}
