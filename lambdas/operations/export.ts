import { longestPartSeconds } from '../domain/acts/act.ts';
import { exportSegments } from '../domain/acts/export.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Performers } from './performers.ts';

export interface ExportPorts {
  links: {
    page(query: {
      segment: number;
      segments: number;
      after: string | undefined;
      only: { campaign?: string | undefined; source?: string | undefined };
    }): Promise<{ links: LinkRecord[]; records: number; next: string | undefined }>;
  };
  clock: Pick<Clock, 'monotonicMilliseconds'>;
}

/** An answer holds 6 MB (Lambda, "Invocation payload"). A page has less than 2 MB as JSON, so the last one fits. */
const enoughBytes = 3_000_000;

/** Reads pages of one segment until an answer is full or the part's time is over. */
export function exportAct({ links: pages, clock }: ExportPorts): Pick<Performers, 'export'> {
  return {
    export: async ({ segment, after, campaign, source }) => {
      const endsAt = clock.monotonicMilliseconds() + longestPartSeconds * 1000;
      const links: Record<string, unknown>[] = [];
      let records = 0;
      let bytes = 0;
      let next = after;
      do {
        const page = await pages.page({ segment, segments: exportSegments, after: next, only: { campaign, source } });
        records += page.records;
        for (const link of page.links) {
          links.push({ ...link });
          bytes += Buffer.byteLength(JSON.stringify(link));
        }
        next = page.next;
      } while (next !== undefined && bytes < enoughBytes && clock.monotonicMilliseconds() < endsAt);
      const answer = { records, links, ...(next !== undefined && { next }) };
      return { answer, effect: { records, links: links.length } };
    },
  };
}
