import { isLastAttempt, madeNoLink, mostAttempts } from '../campaign/attempts.ts';
import { addressOfKnown, type KnownFacts, knownRow } from '../campaign/known-rows.ts';
import type { CheckedRow } from '../campaign/row.ts';
import type { Fault } from '../contract/fault.ts';
import type { RequestRecord } from '../link/ledger-record.ts';
import type { LinkAddress } from '../link/link-id.ts';
import type { ProblemName } from './problems.ts';

/** What a call asks of the link of a key. */
export type KeyDecision =
  /** A command to send. It is the create of the key, a change of its link, or a QR code. */
  | { change: 'created' | 'updated' | 'qr'; command: Record<string, unknown> }
  | { change: 'unchanged'; address: LinkAddress }
  | { problem: ProblemName; faults: Fault[]; reason?: string; detail?: string };

type RowToSend = Extract<CheckedRow, { check: 'send' }>;

/** A key is a row of a campaign without a file. */
const rowOf = (requestId: string, command: Record<string, unknown>): RowToSend => ({
  row: 1,
  line: 1,
  cells: [],
  check: 'send',
  requestId,
  command,
});

/** Where the link of a key is, by the record of its request. Undefined if there is none. */
export const addressOfKey = (
  requestId: string,
  command: Record<string, unknown>,
  request: RequestRecord | undefined,
): LinkAddress | undefined => addressOfKnown(rowOf(requestId, command), request);

/**
 * What becomes of a key: the same as of a campaign's row with this key.
 *
 * @param raw the create, as an object of the contract
 */
export function decideByKey(raw: Record<string, unknown>, facts: Omit<KnownFacts, 'hasKeys'>): KeyDecision {
  const { requestId } = facts.command;
  const decided = knownRow(rowOf(requestId, raw), { ...facts, hasKeys: true });
  if (decided.check === 'unchanged') return { change: 'unchanged', address: decided.link };
  if (decided.check === 'rejected') return problemOf(decided.faults, facts.request);
  const change = decided.command.action === 'update' ? 'updated' : decided.command.action === 'qr' ? 'qr' : 'created';
  return { change, command: decided.command };
}

const fieldOf: Readonly<Record<string, string>> = { template: 'onelinkId', shortlink_id: 'shortlinkId' };

function problemOf(faults: Fault[], request: RequestRecord | undefined): KeyDecision {
  const [first] = faults;
  if (first?.rule === 'link-ended') return { problem: 'key-ended', faults: [] };
  if (first?.rule === 'other-template' || first?.rule === 'other-id') {
    const moved = faults.map(({ path, rule }) => ({
      path: fieldOf[path] ?? path,
      rule,
      message: 'is not that of the key’s link, and no update can move a link. Use another key for another link',
    }));
    return { problem: 'invalid-command', faults: moved };
  }
  if (request === undefined || !madeNoLink(request)) return { problem: 'refused', faults };
  if (isLastAttempt(request.requestId)) return { problem: 'key-ended', faults: [], detail: usedUp };
  const { outcome, reason = outcome, faults: found = [] } = request.outcome;
  const ended = `The create of this key ended as ${outcome}: ${reason}.`;
  if (outcome === 'conflict')
    return {
      problem: 'id-taken',
      faults: [],
      reason,
      detail: `${ended} Send another shortlinkId, or "onConflict": "derive".`,
    };
  if (outcome === 'stale')
    return {
      problem: 'not-applied',
      faults: [],
      reason,
      detail: `${ended} Send it with a later validUntil, or without.`,
    };
  return { problem: 'refused', faults: found, reason, detail: `${ended} Correct it, and send it under the same key.` };
}

const usedUp = `${mostAttempts} creates of this key have made no link. Use another key.`;
