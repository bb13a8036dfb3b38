import type { CampaignFiles } from '../../lambdas/adapters/campaign-files.ts';
import type { Ledger } from '../../lambdas/adapters/ledger.ts';
import { resultPlaces } from '../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../lambdas/domain/campaign/record.ts';
import { needsRecord, rowResult } from '../../lambdas/domain/campaign/results.ts';
import { type CheckedRow, type RowResult, type RowStatus, rowResultSchema } from '../../lambdas/domain/campaign/row.ts';
import { objectIn } from '../../lambdas/domain/contract/object-text.ts';
import { requestKey } from '../../lambdas/domain/contract/request-key.ts';
import type { RequestRecord } from '../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../lambdas/domain/link/link-id.ts';
import { linesIn } from '../files/json-values.ts';
import { OperatorError } from '../words/operator-error.ts';
import { inOrder, portions } from './in-order.ts';

/** A row with a command. */
export type SendRow = Extract<CheckedRow, { check: 'send' }>;

/** What the results of a campaign are read from. */
export interface ResultReads {
  files: Pick<CampaignFiles, 'chunk' | 'chunkResult' | 'file' | 'bytes'>;
  ledger: Pick<Ledger, 'requests' | 'linksAt'>;
  /** The digest of a row's command, to tell it from another command under its requestId; undefined if that is not known. */
  digestOf(row: SendRow): Promise<string | undefined>;
}

/** A chunk has 250 rows. So many are read ahead, and memory stays flat. */
const chunksAtOnce = 4;

/**
 * The results of all rows that the check has read, in the order of the file, as far as they are known now. An ended campaign
 * has them in one object. Before, the results of settled chunks are objects. For the other rows, it reads the records of
 * their requests.
 *
 * @param record names the chunks. A campaign that goes on meanwhile only adds to what is known.
 */
export async function* campaignResults(record: CampaignRecord, reads: ResultReads): AsyncGenerator<RowResult> {
  const whole = record.endedAt === undefined ? undefined : await reads.files.file(resultPlaces(record).ndjson);
  if (whole !== undefined) yield* writtenResults(reads.files.bytes(whole));
  else yield* resultsByChunk(record, reads);
}

/** A line has a row of the file and its faults. */
const longestLineBytes = 64 * 1024 * 1024;

async function* writtenResults(parts: AsyncIterable<Uint8Array>): AsyncGenerator<RowResult> {
  const buffers = (async function* () {
    for await (const part of parts) yield Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  })();
  for await (const { bytes, line } of linesIn(buffers, longestLineBytes)) {
    if (bytes?.length === 0) continue;
    const result = rowResultSchema.safeParse(objectIn(bytes?.toString() ?? ''));
    // The error must not hold what is in a row.
    if (!result.success) throw new OperatorError(`Line ${line} of the campaign’s results cannot be read.`);
    yield result.data;
  }
}

async function* resultsByChunk(record: CampaignRecord, reads: ResultReads): AsyncGenerator<RowResult> {
  const beyond = new Set(record.settledBeyond);
  const chunks = Array.from({ length: record.chunks }, (_, index) => index + 1);
  const resultsOf = (chunk: number) =>
    chunk <= record.settled || beyond.has(chunk)
      ? reads.files.chunkResult(record, record.drop, chunk)
      : reads.files.chunk(record, record.drop, chunk).then((rows) => resultsSoFar(rows, record.source, reads));
  for await (const results of inOrder(chunksAtOnce, chunks, resultsOf)) yield* results;
}

/** DynamoDB reads 100 keys at once. */
const linksAtOnce = 100;

/**
 * The results, without the links that were deleted since. The written results stay as they were at the end, and a later campaign
 * or command may have deleted their links: `campaign retire` does.
 */
export async function* withoutDeletedLinks(
  results: AsyncIterable<RowResult>,
  ledger: Pick<Ledger, 'linksAt'>,
): AsyncGenerator<RowResult> {
  const marked = async (portion: RowResult[]) => {
    const addresses = portion.flatMap((result) => linkOf(result) ?? []);
    const records = addresses.length === 0 ? [] : await ledger.linksAt(distinct(addresses));
    const deleted = new Set(
      records.filter(({ state }) => state === 'deleted').map(({ address }) => addressKey(address)),
    );
    return portion.map((result) => {
      const address = linkOf(result);
      return address !== undefined && deleted.has(addressKey(address)) ? withoutLink(result) : result;
    });
  };
  for await (const portion of inOrder(chunksAtOnce, portions(results, linksAtOnce), marked)) yield* portion;
}

const withLink: ReadonlySet<RowStatus> = new Set(['created', 'updated', 'adopted', 'migrated', 'unchanged']);

function linkOf({ status, onelinkId, shortlinkId }: RowResult): LinkAddress | undefined {
  const hasLink = withLink.has(status) && onelinkId !== undefined && shortlinkId !== undefined;
  return hasLink ? { onelinkId, shortlinkId } : undefined;
}

function withoutLink({ shortUrl: _, expiresAt: __, qrKey: ___, qr: ____, ...result }: RowResult): RowResult {
  return { ...result, reason: 'link-deleted' };
}

/** The results of rows by the records of their requests. A row without one is not attempted. */
async function resultsSoFar(
  rows: readonly CheckedRow[],
  source: string,
  { ledger, digestOf }: ResultReads,
): Promise<RowResult[]> {
  const toSend = rows.filter((row) => row.check === 'send');
  const asked = toSend.map(({ requestId }) => ({ source, requestId }));
  const requests = asked.length === 0 ? new Map<string, RequestRecord>() : await ledger.requests(asked);
  const requestOf = ({ requestId }: SendRow) => requests.get(requestKey({ source, requestId }));
  const addressOf = (row: CheckedRow) => {
    if (row.check === 'unchanged') return row.link;
    return row.check === 'send' && (needsRecord(row) || asksForImage(row)) ? requestOf(row)?.outcome.link : undefined;
  };
  const addresses = rows.map(addressOf).filter((address) => address !== undefined);
  const records = addresses.length === 0 ? [] : await ledger.linksAt(distinct(addresses));
  const links = new Map(records.map((link) => [addressKey(link.address), link]));
  return Promise.all(
    rows.map(async (row) => {
      const address = addressOf(row);
      const link = address && links.get(addressKey(address));
      if (row.check !== 'send') return rowResult(row, { link });
      const request = requestOf(row);
      const commandDigest = request && (await digestOf(row));
      const result = rowResult(row, { request, link, commandDigest });
      // Its image is missing as much as that of a row whose link is made.
      return result.status === 'not attempted' && asksForImage(row) ? { ...result, qr: 'pending' } : result;
    }),
  );
}

const asksForImage = ({ command, wantsCode }: SendRow) =>
  command.qr !== undefined || command.action === 'qr' || wantsCode === true;

/** DynamoDB refuses a key twice in one request. */
const distinct = (addresses: readonly LinkAddress[]) => [
  ...new Map(addresses.map((address) => [addressKey(address), address])).values(),
];

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
