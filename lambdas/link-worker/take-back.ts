import type { CreateCommand } from '../domain/contract/command.ts';
import type { Outcome } from '../domain/contract/outcome.ts';
import { sameData } from '../domain/link/digest.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import { deriveLinkId, type LinkAddress } from '../domain/link/link-id.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import { type NoDecision, returnCauseOf } from './answer.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import type { LinkWorkerPorts } from './ports.ts';

/** Where a create may make its link: under the ID that its producer chose, or under the one derived from its request. */
export function addressesOf(
  command: CreateCommand,
  secret: string,
  settings: LinkWorkerEnvironment,
): { chosen?: LinkAddress; derived: LinkAddress; derives: boolean } {
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
export async function takeBack(
  command: CreateCommand,
  told: Outcome,
  secret: string,
  settings: LinkWorkerEnvironment,
  ports: LinkWorkerPorts,
): Promise<NoDecision | undefined> {
  const { chosen, derived, derives } = addressesOf(command, secret, settings);
  for (const address of [chosen, derives ? derived : undefined]) {
    if (address === undefined) continue;
    const record = await ports.ledger.link(address);
    if (record !== undefined && !isMadeBy(command, record)) continue;
    const isTold = told.outcome === 'created' && told.link?.shortlinkId === address.shortlinkId;
    if (isTold && record?.state !== 'deleted') continue;
    // Under a chosen ID, what has no record may be anybody's, unless this request has claimed the address.
    if (record === undefined && address === chosen) {
      const claim = await ports.ledger.claimOf(address);
      if (claim === undefined || !isMadeBy(command, claim) || claim.until === 0) continue;
    }
    if (record?.state === 'live') {
      // Somebody has changed it since, and so knows of it.
      if (record.applied.requestId !== command.requestId) continue;
      if (!(await forget(record, settings, ports))) return 'try-again';
    }
    const left = await removeWhatCameBack(command, address, { chosen: address === chosen }, ports);
    if (left !== undefined) return left;
  }
  return undefined;
}

/**
 * Deletes what a create has brought to the API against its record; but not what somebody else has made there since.
 *
 * @returns the cause for which it could not be found out or done
 */
export async function removeWhatCameBack(
  command: CreateCommand,
  address: LinkAddress,
  { chosen }: { chosen: boolean },
  { api, clock }: LinkWorkerPorts,
): Promise<NoDecision | undefined> {
  const found = await api.read(address);
  // Permanent: somebody has made a link there in the user interface.
  if (found.meaning === 'absent' || found.meaning === 'permanent') return undefined;
  if (found.meaning !== 'ok') return returnCauseOf(found.meaning);
  const isOurs = !chosen || sameData(command.data, found.value.data);
  if (!isOurs || isDead(found.value, { clock })) return undefined;
  const removed = await api.delete(address);
  return removed.meaning === 'ok' || removed.meaning === 'absent' ? undefined : returnCauseOf(removed.meaning);
}

/** The record of a link that goes again: no change, and no other copy, is to find it live. */
async function forget(
  record: LinkRecord,
  settings: LinkWorkerEnvironment,
  { ledger, clock }: LinkWorkerPorts,
): Promise<boolean> {
  const { lease: _, keepUntil: __, lookAgainAt: ___, expiryCheck: ____, ...kept } = record;
  const nowSeconds = Math.floor(clock.wallMilliseconds() / 1000);
  const expiresAt = nowSeconds + settings.REQUEST_HORIZON_DAYS * 86_400;
  const next: LinkRecord = { ...kept, state: 'deleted', version: record.version + 1, expiresAt };
  return ledger.replaceLink(next, { version: record.version, nowSeconds });
}

export function isMadeBy({ source, requestId }: CreateCommand, record: { source: string; requestId: string }): boolean {
  return record.source === source && record.requestId === requestId;
}

export function isDead({ expiresAt }: LinkAtApi, { clock }: Pick<LinkWorkerPorts, 'clock'>): boolean {
  return expiresAt * 1000 <= clock.wallMilliseconds();
}
