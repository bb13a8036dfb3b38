import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { eachAtOnce } from '../../../lambdas/domain/work/at-once.ts';
import { OperatorError } from '../../operator-error.ts';
import type { ScannedPage } from '../../pipeline/link-scan.ts';
import type { LinkCheck } from './link-check.ts';
import { Reservoir } from './reservoir.ts';

export interface VerificationPorts {
  /** The ledger's link records, one stream for each segment. */
  segments: AsyncIterable<ScannedPage>[];
  check(address: LinkAddress): Promise<LinkCheck>;
  /** Told of the scan's progress. */
  onScanned(sofar: { records: number; links: number }): void;
  /** Told of each link that was looked at. */
  onChecked(address: LinkAddress, check: LinkCheck): void;
  random?: () => number;
}

/** Links that are looked at side by side; the rateLimiter in front of the API sets the pace. */
const checksAtOnce = 8;

/** So many unanswered in a row are an outage, and going on would only take long. */
const unreadInARow = 16;

/**
 * Looks at a sample of the ledger's links, or at all of them. Ends early when the signal says so.
 *
 * @param sample how many; all when undefined
 * @throws OperatorError when the API does not answer or refuses the account
 */
export async function verify(
  sample: number | undefined,
  ports: VerificationPorts,
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
      throw new OperatorError('The OneLink API does not answer, or answers with errors. Try again when it is well.');
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
        // The other segments end, too.
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
