import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { eachAtOnce } from '../../../lambdas/domain/work/at-once.ts';
import { eachPage, type Scanned, type ScannedPage } from '../../pipeline/link-scan.ts';
import { OperatorError } from '../../words/operator-error.ts';
import type { LinkCheck } from './link-check.ts';
import { Reservoir } from './reservoir.ts';

export interface VerificationPorts {
  /** The ledger's link records, one stream for each segment. */
  segments: AsyncIterable<ScannedPage>[];
  check(address: LinkAddress): Promise<LinkCheck>;
  /** Receives the scan's progress. */
  onScanned(sofar: Scanned): void;
  /** Receives each checked link. */
  onChecked(address: LinkAddress, check: LinkCheck): void;
  random?: () => number;
}

/** Links that are checked in parallel. The rate limiter in front of the API sets the pace. */
const checksAtOnce = 8;

/** This many links in a row without a usable answer count as an outage. Each more would cost time and find nothing. */
const unreadInARow = 16;

/**
 * Checks a sample of the ledger's links, or all of them, until the signal interrupts it.
 *
 * @param sample how many; undefined for all
 * @throws OperatorError if the API does not answer or refuses the account
 */
export async function verify(
  sample: number | undefined,
  ports: VerificationPorts,
  interrupted: AbortSignal,
): Promise<void> {
  let unread = 0;
  const check = async (address: LinkAddress) => {
    const check = await ports.check(address);
    ports.onChecked(address, check);
    unread = check.result === 'unread' ? unread + 1 : 0;
    if (unread >= unreadInARow) {
      throw new OperatorError('The OneLink API is unavailable, or answers with errors. Try again later.');
    }
  };
  const scan = (take: (link: LinkAddress) => Promise<void> | void) =>
    eachPage(
      ports.segments,
      async (links, sofar, stopped) => {
        ports.onScanned(sofar);
        for (const link of links) if (!stopped.aborted) await take(link);
      },
      interrupted,
    );

  if (sample === undefined) {
    await scan(check);
    return;
  }
  const reservoir = new Reservoir<LinkAddress>(sample, ports.random);
  await scan((link) => reservoir.add(link));
  await eachAtOnce(checksAtOnce, reservoir.items, async (link) => {
    if (!interrupted.aborted) await check(link);
  });
}
