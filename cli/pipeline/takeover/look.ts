import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { hasBeenLink, isOver } from '../../../lambdas/domain/link/link-state.ts';
import type { ApiAnswer, LinkAtApi } from '../../../lambdas/domain/onelink/api-answer.ts';
import { eachAtOnce } from '../../../lambdas/domain/work/at-once.ts';
import type { Clock } from '../../../lambdas/domain/work/clock.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { find } from '../links/link-check.ts';
import { ReadingInterrupted } from '../reader.ts';
import type { Finding } from './notes.ts';

export interface LookPorts {
  /** The producer that takes the links over. */
  source: string;
  ledger: { link(address: LinkAddress): Promise<LinkRecord | undefined> };
  api: { read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>> };
  clock: Clock;
  /** Links that are looked up in parallel: with two turns of the reader, one gathers while the other is on its way. */
  atOnce: number;
  /** Undefined: the API gave no usable answer. */
  onLooked(address: LinkAddress, found: Finding | undefined): void;
  /** Ends the reads under way, after an error. */
  stop(): void;
}

/** This many links in a row without a usable answer count as an outage. */
const unreadInARow = 16;

/**
 * Finds out what each link is: by the ledger, and if that does not have it, by one free GET.
 *
 * @throws OperatorError if the API does not answer or refuses the account
 */
export async function look(links: Iterable<LinkAddress>, ports: LookPorts, interrupted: AbortSignal): Promise<void> {
  let unread = 0;
  await eachAtOnce(ports.atOnce, links, async (address) => {
    if (interrupted.aborted) return;
    try {
      const found = await lookAt(address, ports);
      ports.onLooked(address, found);
      unread = found === undefined ? unread + 1 : 0;
      if (unread >= unreadInARow) {
        throw new OperatorError(
          'The OneLink API is unavailable, or answers with errors. Run the same command again later: it continues here.',
        );
      }
    } catch (error) {
      if (error instanceof ReadingInterrupted) return;
      ports.stop();
      throw error;
    }
  });
}

async function lookAt(address: LinkAddress, ports: LookPorts): Promise<Finding | undefined> {
  const record = await ports.ledger.link(address);
  // The address of another producer's link stays that producer's, even after the link's end.
  if (record !== undefined && record.source !== ports.source && hasBeenLink(record)) return 'others';
  if (record?.source === ports.source && record.state === 'live') return 'ours';
  const found = await find(address, ports);
  if (found === undefined) return undefined;
  if (found === 'absent') return 'absent';
  if (found === 'foreign') return 'refused';
  return isOver(found, Math.floor(ports.clock.wallMilliseconds() / 1000)) ? 'expired' : 'readable';
}
