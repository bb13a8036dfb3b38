import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { eachAtOnce } from '../../../lambdas/domain/work/at-once.ts';
import { eachPage, type Scanned, type ScannedPage } from '../../pipeline/link-scan.ts';
import { ReadingInterrupted } from '../../pipeline/reader.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { Reservoir } from './reservoir.ts';

export interface VerificationPorts<Check extends { result: string }> {
  /** The ledger's link records, one stream for each segment. */
  segments: AsyncIterable<ScannedPage>[];
  check(address: LinkAddress): Promise<Check>;
  /** Receives the scan's progress. */
  onScanned(sofar: Scanned): void;
  /** Receives each checked link. */
  onChecked(address: LinkAddress, check: Check): void;
  random?: () => number;
  /** Links that are checked in parallel: with two turns of the reader, one gathers while the other is on its way. */
  checksAtOnce: number;
  /** Ends the reads under way, after an error. Their checks end with ReadingInterrupted. */
  stop(): void;
}

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
  let unread = 0;
  const checkOne = async (address: LinkAddress) => {
    const check = await ports.check(address);
    ports.onChecked(address, check);
    unread = check.result === 'unread' ? unread + 1 : 0;
    if (unread >= unreadInARow) {
      throw new OperatorError('The OneLink API is unavailable, or answers with errors. Try again later.');
    }
  };
  const check = (address: LinkAddress) =>
    checkOne(address).catch((error: unknown) => {
      if (error instanceof ReadingInterrupted) return;
      ports.stop();
      throw error;
    });
  const ofSegment = Math.max(1, Math.ceil(ports.checksAtOnce / ports.segments.length));
  const scan = (take: (link: LinkAddress) => Promise<void> | void) =>
    eachPage(
      ports.segments,
      async (links, sofar, stopped) => {
        ports.onScanned(sofar);
        await eachAtOnce(ofSegment, links, async (link) => {
          if (!stopped.aborted) await take(link);
        });
      },
      interrupted,
    );

  if (sample === undefined) {
    await scan(check);
    return;
  }
  const reservoir = new Reservoir<LinkAddress>(sample, ports.random);
  await scan((link) => reservoir.add(link));
  await eachAtOnce(ports.checksAtOnce, reservoir.items, async (link) => {
    if (!interrupted.aborted) await check(link);
  });
}
