import type { CampaignFiles } from '../../lambdas/adapters/campaign-files.ts';
import type { Ledger } from '../../lambdas/adapters/ledger.ts';
import type { CampaignRecord } from '../../lambdas/domain/campaign/record.ts';
import { rowResult } from '../../lambdas/domain/campaign/results.ts';
import type { CheckedRow, RowResult, RowStatus } from '../../lambdas/domain/campaign/row.ts';
import { requestKey } from '../../lambdas/domain/contract/request-key.ts';
import type { LinkRecord } from '../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../lambdas/domain/link/link-id.ts';
import { inOrder } from './in-order.ts';

/** A row with a command. */
export type SendRow = Extract<CheckedRow, { check: 'send' }>;

/** What the results of a campaign are read from. */
export interface ResultReads {
  files: Pick<CampaignFiles, 'chunk' | 'chunkResult'>;
  ledger: Pick<Ledger, 'requests' | 'linksAt'>;
  /** The digest of a row's command, to tell it from another command under its requestId; undefined if that is not known. */
  digestOf(row: SendRow): Promise<string | undefined>;
}

/** A chunk has 250 rows. So many are read ahead, and memory stays flat. */
const chunksAtOnce = 4;

/**
 * The results of all rows that the check has read, in the order of the file, as far as they are known now. The results of
 * settled chunks are objects. For the others, it reads the requests' records.
 *
 * @param record names the chunks. A campaign that goes on meanwhile only adds to what is known.
 */
export async function* campaignResults(record: CampaignRecord, reads: ResultReads): AsyncGenerator<RowResult> {
  const beyond = new Set(record.settledBeyond);
  const chunks = Array.from({ length: record.chunks }, (_, index) => index + 1);
  const resultsOf = (chunk: number) =>
    chunk <= record.settled || beyond.has(chunk)
      ? reads.files.chunkResult(record, record.drop, chunk)
      : reads.files.chunk(record, record.drop, chunk).then((rows) => resultsSoFar(rows, record.source, reads));
  for await (const results of inOrder(chunksAtOnce, chunks, resultsOf)) yield* results;
}

/** The results of rows by the records of their requests. A row without one is not attempted. */
async function resultsSoFar(
  rows: readonly CheckedRow[],
  source: string,
  { ledger, digestOf }: ResultReads,
): Promise<RowResult[]> {
  const toSend = rows.filter((row) => row.check === 'send');
  const asked = toSend.map(({ requestId }) => ({ source, requestId }));
  const requests = asked.length === 0 ? new Map() : await ledger.requests(asked);
  const requestOf = ({ requestId }: SendRow) => requests.get(requestKey({ source, requestId }));
  const withImages = toSend.flatMap((row) => {
    const link: LinkAddress | undefined = row.command.qr === undefined ? undefined : requestOf(row)?.outcome.link;
    return link === undefined ? [] : [link];
  });
  const links = new Map<string, LinkRecord>();
  for (const link of withImages.length === 0 ? [] : await ledger.linksAt(withImages)) {
    links.set(addressKey(link.address), link);
  }
  return Promise.all(
    rows.map(async (row) => {
      if (row.check !== 'send') return rowResult(row);
      const request = requestOf(row);
      if (request === undefined) return rowResult(row);
      const { link } = request.outcome;
      const known = { request, link: link && links.get(addressKey(link)), commandDigest: await digestOf(row) };
      return rowResult(row, known);
    }),
  );
}

export const addressKey = ({ onelinkId, shortlinkId }: LinkAddress) => `${onelinkId}/${shortlinkId}`;

/** Counts results by status. */
export class ResultCounts {
  readonly byStatus: Partial<Record<RowStatus, number>> = {};
  rows = 0;

  add({ status }: Pick<RowResult, 'status'>): void {
    this.rows += 1;
    this.byStatus[status] = (this.byStatus[status] ?? 0) + 1;
  }
}
