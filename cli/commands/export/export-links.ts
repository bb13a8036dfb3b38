import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { eachPage, type Scanned, type ScannedPage } from '../../pipeline/link-scan.ts';

/**
 * Writes the links of all segments, two at a time, each with one page in memory. The other acts keep their share of the operations
 * function. An error in one segment ends them all.
 *
 * @param onPage receives the counts so far
 * @throws what a segment or `write` throws, after the other segments have ended
 */
export function exportLinks(
  segments: AsyncIterable<ScannedPage<LinkRecord>>[],
  write: (links: LinkRecord[]) => Promise<void>,
  onPage: (sofar: Scanned) => void = () => {},
): Promise<Scanned> {
  const take = async (links: LinkRecord[], sofar: Scanned) => {
    if (links.length > 0) await write(links);
    onPage(sofar);
  };
  return eachPage(segments, take, undefined, 2);
}
