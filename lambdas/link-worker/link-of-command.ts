import type { DeleteCommand, QrCommand, UpdateCommand } from '../domain/contract/command.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { LinkLedger } from '../domain/link/link-ledger.ts';
import { foundAtApi } from '../domain/link/link-state.ts';
import { secondsNow } from '../domain/work/clock.ts';
import { deliveriesToWaitForCreate, deliveriesToWaitForStream } from '../domain/work/return-delay.ts';
import { type Answer, returnCauseOf } from './answer.ts';
import type { Attempt } from './attempt.ts';

/**
 * The link of a command: its record, or `absent` if neither the ledger nor the API has a live one. It is an answer if
 * the link belongs to another source, or may still be recorded. Only the source that made a link may change it or
 * request its QR code.
 */
export async function linkOfCommand({
  command,
  receiveCount,
  ports: { api, ledger, clock },
}: Attempt<UpdateCommand | DeleteCommand | QrCommand>): Promise<
  { record: LinkRecord } | 'absent' | { answer: Answer }
> {
  const address = { onelinkId: command.onelinkId, shortlinkId: command.shortlinkId };
  const record = await ledger.link(address);
  if (record !== undefined) return record.source === command.source ? { record } : rejected('not-owner', address);
  const found = foundAtApi(await api.read(address), secondsNow(clock));
  // No create of this pipeline will ever record this link.
  if (found.state === 'made-elsewhere') return rejected('made-elsewhere', address);
  if (found.state === 'unknown') return { answer: returnCauseOf(found.meaning) };
  const isAbsent = found.state !== 'alive';
  // A delete need not wait, because its tombstone stops a create that was requested earlier.
  if (isAbsent && command.action === 'delete') return 'absent';
  if (receiveCount < deliveriesToWaitForCreate) return { answer: 'try-again' };
  if (isAbsent) return 'absent';
  const claimed = await claimedBy(command.source, address, ledger);
  if (claimed === 'on-its-way') return { answer: 'try-again' };
  // The TTL has removed the record of a link that clicks keep live, and the table's stream is late.
  if (claimed === 'made' && receiveCount < deliveriesToWaitForStream) return { answer: 'try-again' };
  return rejected('not-owner', address);
}

/**
 * Whether a create of this source has claimed the address: `on-its-way` until it has recorded its outcome, `made` if
 * that outcome is this link.
 */
export async function claimedBy(
  source: string,
  address: LinkAddress,
  ledger: Pick<LinkLedger, 'claimOf' | 'requests'>,
): Promise<'on-its-way' | 'made' | undefined> {
  const claim = await ledger.claimOf(address);
  if (claim?.source !== source || claim.until === 0) return undefined;
  const [request] = (await ledger.requests([claim])).values();
  if (request === undefined) return 'on-its-way';
  const { outcome, link } = request.outcome;
  const isMade = outcome === 'created' || outcome === 'adopted' || outcome === 'migrated';
  const isHere = link?.onelinkId === address.onelinkId && link.shortlinkId === address.shortlinkId;
  return isMade && isHere ? 'made' : undefined;
}

function rejected(reason: 'made-elsewhere' | 'not-owner', address: LinkAddress): { answer: Answer } {
  return { answer: { outcome: 'rejected', reason, link: { ...address } } };
}
