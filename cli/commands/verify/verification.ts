import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { eachAtOnce } from '../../../lambdas/domain/work/at-once.ts';
import { OperatorError } from '../../operator-error.ts';
import type { ScannedPage } from '../../pipeline/link-scan.ts';
import { Reservoir } from './reservoir.ts';

export interface VerificationPorts<Check extends { result: string }> {
  /** The ledger's link records, one stream for each segment. */
  segments: AsyncIterable<ScannedPage>[];
  check(address: LinkAddress): Promise<Check>;
  /** Receives the scan's progress. */
  onScanned(sofar: { records: number; links: number }): void;
  /** Receives each checked link. */
  onChecked(address: LinkAddress, check: Check): void;
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
export async function verify<Check extends { result: string }>(
  sample: number | undefined,
  ports: VerificationPorts<Check>,
  interrupted: AbortSignal,
): Promise<void> {
  const { segments, onScanned } = ports;
  const sofar = { records: 0, links: 0 };
  const failed = new AbortController();
  const stopped = AbortSignal.any([interrupted, failed.signal]);
  let unread = 0;
  const check = async (address: LinkAddress) => {
    if (stopped.aborted) return;
    const check = await ports.check(address);
    ports.onChecked(address, check);
    unread = check.result === 'unread' ? unread + 1 : 0;
    if (unread >= unreadInARow) {
      throw new OperatorError('The OneLink API is unavailable, or answers with errors. Try again later.');
    }
  };
  const scan = (take: (link: LinkAddress) => Promise<void> | void) =>
    eachAtOnce(segments.length, segments, async (pages) => {
      try {
        for await (const { links, records } of pages) {
          sofar.records += records;
          sofar.links += links.length;
          onScanned(sofar);
          for (const link of links) await take(link);
          if (stopped.aborted) return;
        }
      } catch (error) {
        // Ends the other segments, too.
        failed.abort();
        throw error;
      }
    });

  if (sample === undefined) {
    await scan(check);
    return;
  }
  const reservoir = new Reservoir<LinkAddress>(sample, ports.random);
  await scan((link) => reservoir.add(link));
  await eachAtOnce(checksAtOnce, reservoir.items, check);
}
