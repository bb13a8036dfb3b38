import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { ScannedPage } from '../../pipeline/link-scan.ts';

export interface Exported {
  /** Records of any kind that were looked at. */
  records: number;
  links: number;
}

/**
 * Writes the links of all segments, side by side; each holds one page in memory. Ends early when a segment does.
 *
 * @param onPage told of what was done so far
 * @throws what a segment or the writing throws, when the others have ended
 */
export async function exportLinks(
  segments: AsyncIterable<ScannedPage<LinkRecord>>[],
  write: (links: LinkRecord[]) => Promise<void>,
  onPage: (sofar: Exported) => void = () => {},
): Promise<Exported> {
  const sofar: Exported = { records: 0, links: 0 };
  const failed = new AbortController();
  const ended = await Promise.allSettled(
    segments.map(async (pages) => {
      try {
        for await (const { links, records } of pages) {
          if (failed.signal.aborted) return;
          if (links.length > 0) await write(links);
          sofar.records += records;
          sofar.links += links.length;
          onPage(sofar);
        }
      } catch (error) {
        failed.abort();
        throw error;
      }
    }),
  );
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return sofar;
}
