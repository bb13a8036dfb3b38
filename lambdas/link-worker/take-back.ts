import type { CreateCommand } from '../domain/contract/command.ts';
import type { Outcome } from '../domain/contract/outcome.ts';
import { sameData } from '../domain/link/digest.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import { deriveLinkId, type LinkAddress } from '../domain/link/link-id.ts';
import { foundAtApi, isMadeBy, rememberedUntil, tombstone } from '../domain/link/link-state.ts';
import { secondsNow } from '../domain/work/clock.ts';
import { type NoDecision, returnCauseOf } from './answer.ts';
import type { Attempt } from './attempt.ts';

/** A create at one of the addresses where it may make its link. */
export interface AttemptAt extends Attempt<CreateCommand> {
  address: LinkAddress;
  /** Its producer chose the address: what is there may be anybody's. */
  isChosen: boolean;
}

/** Where a create may make its link: under the ID that its producer chose, or under the one derived from its request. */
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
 * A create was answered, and another delivery of it may have gone further than that answer says: what it made goes again.
 *
 *     told `created` here, deleted since ─▶ its POST may have come after the delete
 *     told that nothing came of it, or ───▶ two copies under way at once saw the address, or the clock, differently: the
 *     `created` at the other address        first word counts
 */
export async function takeBack(attempt: Attempt<CreateCommand>, told: Outcome): Promise<NoDecision | undefined> {
  const { command, ports } = attempt;
  const { chosen, derived, derives } = addressesOf(attempt);
  for (const address of [chosen, derives ? derived : undefined]) {
    if (address === undefined) continue;
    const record = await ports.ledger.link(address);
    if (record !== undefined && !isMadeBy(record, command)) continue;
    const isTold = told.outcome === 'created' && told.link?.shortlinkId === address.shortlinkId;
    if (isTold && record?.state !== 'deleted') continue;
    // Under a chosen ID, what has no record may be anybody's, unless this request has claimed the address.
    if (record === undefined && address === chosen) {
      const claim = await ports.ledger.claimOf(address);
      if (claim === undefined || !isMadeBy(claim, command) || claim.until === 0) continue;
    }
    if (record?.state === 'live') {
      // Somebody has changed it since, and so knows of it.
      if (record.applied.requestId !== command.requestId) continue;
      if (!(await forget(record, attempt))) return 'try-again';
    }
    const left = await removeWhatCameBack({ ...attempt, address, isChosen: address === chosen });
    if (left !== undefined) return left;
  }
  return undefined;
}

/**
 * Deletes what a create has brought to the API against its record; but not what somebody else has made there since.
 *
 * @returns the cause for which it could not be found out or done
 */
export async function removeWhatCameBack({
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

/** The record of a link that goes again: no change, and no other copy, is to find it live. */
function forget(record: LinkRecord, { settings, ports }: Attempt): Promise<boolean> {
  const nowSeconds = secondsNow(ports.clock);
  const next = tombstone(record, record.applied, rememberedUntil(nowSeconds, settings.DEDUPLICATION_WINDOW_DAYS));
  return ports.ledger.replaceLink(next, { version: record.version, nowSeconds });
}
