import type { DeleteCommand, QrCommand, UpdateCommand } from '../domain/command.ts';
import type { LinkRecord } from '../domain/ledger-record.ts';
import type { LinkAddress } from '../domain/link-id.ts';
import { deliveriesToWaitForCreate } from '../domain/return-delay.ts';
import { type Answer, returnCauseOf } from './answer.ts';
import type { LinkWorkerPorts } from './ports.ts';

/**
 * The link that a command speaks of: its record; `absent` when neither the ledger nor the API knows it; or the answer, when
 * it is not for this source to touch, or may still turn up. Only the source that made a link may change it or have its
 * code.
 */
export async function linkOfCommand(
  command: UpdateCommand | DeleteCommand | QrCommand,
  receiveCount: number,
  { api, ledger }: LinkWorkerPorts,
): Promise<{ record: LinkRecord } | 'absent' | { answer: Answer }> {
  const address = { onelinkId: command.onelinkId, shortlinkId: command.shortlinkId };
  const record = await ledger.link(address);
  if (record !== undefined) return record.source === command.source ? { record } : { answer: notOwner(address) };
  const found = await api.read(address);
  // A delete need not wait: it leaves a record that stops a create which was asked for earlier.
  if (found.meaning === 'absent' && command.action === 'delete') return 'absent';
  const known = found.meaning === 'absent' || found.meaning === 'ok' || found.meaning === 'permanent';
  if (!known) return { answer: returnCauseOf(found.meaning) };
  if (receiveCount < deliveriesToWaitForCreate) return { answer: 'try-again' };
  return found.meaning === 'absent' ? 'absent' : { answer: notOwner(address) };
}

function notOwner(address: LinkAddress): Answer {
  return { outcome: 'rejected', reason: 'not-owner', link: { ...address } };
}
