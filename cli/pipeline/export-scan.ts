import type { LinkRecord } from '../../lambdas/domain/link/ledger-record.ts';
import type { ScannedPage } from './link-scan.ts';
import { ActInterrupted, type RunningAct } from './operations.ts';

/**
 * The link records in one segment of the ledger, or those of one campaign or one source. The operations function reads them, part
 * by part. An interruption ends the segment without an error.
 */
export async function* exportedLinks(
  act: Pick<RunningAct, 'part'>,
  segment: number,
  only: { campaign?: string; source?: string } = {},
): AsyncGenerator<ScannedPage<LinkRecord>> {
  let after: string | undefined;
  do {
    const page = await act
      .part('export', { segment, ...only, ...(after !== undefined && { after }) })
      .catch((error: unknown) => {
        if (!(error instanceof ActInterrupted)) throw error;
      });
    if (page === undefined) return;
    // The function has read them with the ledger's own reader.
    yield { links: page.links as unknown as LinkRecord[], records: page.records };
    after = page.next;
  } while (after !== undefined);
}
