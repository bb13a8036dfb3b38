import type { CreateCommand } from '../domain/contract/command.ts';
import type { Decision } from '../domain/contract/outcome.ts';
import { sameData } from '../domain/link/digest.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import { deriveLinkId, type LinkAddress } from '../domain/link/link-id.ts';
import { foundAtApi, isMadeBy, rememberedUntil, tombstone } from '../domain/link/link-state.ts';
import { secondsNow } from '../domain/work/clock.ts';
import { type NoDecision, returnCauseOf } from './answer.ts';
import type { Attempt } from './attempt.ts';

/** A create at one of its possible addresses. */
export interface AttemptAt extends Attempt<CreateCommand> {
  address: LinkAddress;
  /** Whether the producer chose the address, so the link there may be another's. */
  isChosen: boolean;
}

/** The possible addresses of a create: under its chosen ID, or under the ID derived from its request. */
export function addressesOf({ command, secret, settings }: Attempt<CreateCommand>): {
  chosen?: LinkAddress;
  derived: LinkAddress;
  derives: boolean;
} {
  const { onelinkId, shortlinkId } = command;
  const derived = { onelinkId, shortlinkId: deriveLinkId(secret, command, settings.LINK_ID_LENGTH) };
  const derives = shortlinkId === undefined || (command.onConflict ?? settings.CONFLICT_POLICY) === 'derive';
  return { derived, derives, ...(shortlinkId !== undefined && { chosen: { onelinkId, shortlinkId } }) };
}

/**
 * Compensates a create whose other delivery may have done more than its recorded outcome: it deletes what that delivery
 * made.
 *
 *     ended as `created` here, deleted since ─▶ its POST may have come after the delete
 *     ended without a link, or as ────────────▶ two concurrent copies saw different states of address or clock, and
 *     `created` at the other address            the first recorded outcome wins
 */
export async function compensate(attempt: Attempt<CreateCommand>, recorded: Decision): Promise<NoDecision | undefined> {
  const { command, ports } = attempt;
  const { chosen, derived, derives } = addressesOf(attempt);
  for (const address of [chosen, derives ? derived : undefined]) {
    if (address === undefined) continue;
    const record = await ports.ledger.link(address);
    if (record !== undefined && !isMadeBy(record, command)) continue;
    const isRecorded = recorded.outcome === 'created' && recorded.link?.shortlinkId === address.shortlinkId;
    if (isRecorded && record?.state !== 'deleted') continue;
    // Under a chosen ID, a link without a record may be another's, unless this request has claimed the address.
    if (record === undefined && address === chosen) {
      const claim = await ports.ledger.claimOf(address);
      if (claim === undefined || !isMadeBy(claim, command) || claim.until === 0) continue;
    }
    if (record?.state === 'live') {
      // A command has changed the link since, so it must stay.
      if (record.applied.requestId !== command.requestId) continue;
      if (!(await writeTombstone(record, attempt))) return 'try-again';
    }
    const left = await deleteRemaining({ ...attempt, address, isChosen: address === chosen });
    if (left !== undefined) return left;
  }
  return undefined;
}

/**
 * Deletes a link that a create has made at the API contrary to its record, but not another's link at the address.
 *
 * @returns the cause of a failure, if the worker could not verify or delete the link
 */
export async function deleteRemaining({
  command,
  address,
  isChosen,
  ports: { api, clock },
}: AttemptAt): Promise<NoDecision | undefined> {
  const found = foundAtApi(await api.read(address), secondsNow(clock));
  if (found.state === 'unknown') return returnCauseOf(found.meaning);
  if (found.state !== 'alive' || (isChosen && !sameData(command.data, found.link.data))) return undefined;
  const removed = await api.delete(address);
  return removed.meaning === 'ok' || removed.meaning === 'absent' ? undefined : returnCauseOf(removed.meaning);
}

/** Writes the tombstone first, so that no change and no other copy finds the link live. */
function writeTombstone(record: LinkRecord, { settings, ports }: Attempt): Promise<boolean> {
  const nowSeconds = secondsNow(ports.clock);
  const next = tombstone(record, record.applied, rememberedUntil(nowSeconds, settings.DEDUPLICATION_WINDOW_DAYS));
  return ports.ledger.replaceLink(next, { version: record.version, nowSeconds });
}
