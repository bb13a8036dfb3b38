import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { ScannedPage } from '../../pipeline/link-scan.ts';

export interface Exported {
  /** Scanned records of any kind. */
  records: number;
  links: number;
}

/**
 * Writes the links of all segments in parallel, each with one page in memory. An error in one segment ends them all.
 *
 * @param onPage receives the counts so far
 * @throws what a segment or `write` throws, after the other segments have ended
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
