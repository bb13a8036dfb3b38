import type { ApiAnswer } from '../domain/api-answer.ts';
import type { Action } from '../domain/command.ts';
import type { ControlRecord } from '../domain/ledger-record.ts';
import type { ReturnCause } from '../domain/return-delay.ts';
import type { OneLinkApi } from './ports.ts';

/** So many calls in a row without a usable answer are an outage, not bad luck. */
const outageAfter = 10;

/** Watches the API's answers during one batch, and ends the batch early when going on is pointless. */
export interface BatchGate {
  /** The API, watched. */
  api: OneLinkApi;
  /** Why a command of this kind should not be begun, if so. */
  closedFor(action: Action): ReturnCause | undefined;
}

/**
 * @param control the governor's last word; without one (it has not run yet) the quota is taken to have room, since the
 *   API itself refuses what is above it.
 */
export function openGate(api: OneLinkApi, control: ControlRecord | undefined, reserveCalls: number): BatchGate {
  let blocked = false;
  let quotaSpent = control !== undefined && control.quotaRemaining <= reserveCalls;
  let lostInARow = 0;

  const watched = async <Value>(call: Promise<ApiAnswer<Value>>): Promise<ApiAnswer<Value>> => {
    const answer = await call;
    if (answer.meaning === 'account-blocked') blocked = true;
    if (answer.meaning === 'quota-spent') quotaSpent = true;
    const lost = answer.meaning === 'transient' || answer.meaning === 'ambiguous';
    lostInARow = lost ? lostInARow + 1 : 0;
    return answer;
  };

  return {
    api: {
      create: (address, link) => watched(api.create(address, link)),
      read: (address) => watched(api.read(address)),
      update: (address, link) => watched(api.update(address, link)),
      delete: (address) => watched(api.delete(address)),
    },
    closedFor: (action) => {
      if (blocked) return 'account-blocked';
      // A QR job needs no quota, and goes through a queue of its own.
      if (action === 'qr') return undefined;
      if (quotaSpent) return 'quota-held';
      return lostInARow >= outageAfter ? 'try-again' : undefined;
    },
  };
}
