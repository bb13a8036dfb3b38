import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand, type ScanCommandInput } from '@aws-sdk/lib-dynamodb';
import { ledgerAttribute } from '../../lambdas/adapters/names.ts';
import type { LinkAddress } from '../../lambdas/domain/link/link-id.ts';
import { eachAtOnce } from '../../lambdas/domain/work/at-once.ts';

/** One page of a scan. */
export interface ScannedPage<Link = LinkAddress> {
  links: Link[];
  /** Scanned records of any kind. */
  records: number;
}

/** Segments that are scanned in parallel, at about 10 MB per second. */
export const segments = 8;

/** One segment of a scan, and the signal that ends it. */
export interface Segment {
  table: string;
  segment: number;
  signal: AbortSignal;
}

/**
 * The addresses of all link records in one segment of the ledger. The caller reads each record again, strongly consistent,
 * when it checks the link.
 */
export function scanAddresses(client: DynamoDBClient, segment: Segment): AsyncGenerator<ScannedPage> {
  return scan(client, segment, { ProjectionExpression: 'address' }, ({ address }) => address as LinkAddress);
}

/** A link, and the request that made it or took it over. */
export interface MadeLink {
  address: LinkAddress;
  source: string;
  requestId: string;
}

/** All links with their requests, segment by segment: enough links come soon, and no more is read. */
export async function* scanMadeLinks(
  client: DynamoDBClient,
  table: string,
  signal: AbortSignal,
): AsyncGenerator<ScannedPage<MadeLink>> {
  // `source` is a reserved word of DynamoDB.
  const narrowing = {
    ProjectionExpression: 'address, #source, requestId',
    ExpressionAttributeNames: { '#source': 'source' },
  };
  for (let segment = 0; segment < segments; segment++)
    yield* scan(client, { table, segment, signal }, narrowing, (item) => item as unknown as MadeLink);
}

/** What a scan has read so far: records of any kind, and those of them that are links. */
export interface Scanned {
  records: number;
  links: number;
}

/**
 * Takes the pages of all segments in parallel, until the signal interrupts it. An error in one segment ends them all.
 *
 * @param take receives a page's links, and a signal that ends its work
 * @throws what a segment or `take` throws, after the other segments have ended
 */
export async function eachPage<Link>(
  segments: AsyncIterable<ScannedPage<Link>>[],
  take: (links: Link[], sofar: Scanned, stopped: AbortSignal) => Promise<void>,
  interrupted?: AbortSignal,
  atOnce = segments.length,
): Promise<Scanned> {
  const sofar: Scanned = { records: 0, links: 0 };
  const failed = new AbortController();
  const stopped = interrupted === undefined ? failed.signal : AbortSignal.any([interrupted, failed.signal]);
  await eachAtOnce(atOnce, segments, async (pages) => {
    try {
      for await (const { links, records } of pages) {
        if (failed.signal.aborted) return;
        sofar.records += records;
        sofar.links += links.length;
        await take(links, sofar, stopped);
        if (stopped.aborted) return;
      }
    } catch (error) {
      failed.abort();
      throw error;
    }
  });
  return sofar;
}

interface Narrowing extends Pick<ScanCommandInput, 'ProjectionExpression' | 'ExpressionAttributeNames'> {
  conditions?: string[];
  values?: Record<string, string>;
}

/**
 * Scans one segment in pages of at most 1 MB. It is not a snapshot: the scan may or may not see records written during it.
 * The signal ends it without an error.
 */
async function* scan<Link>(
  client: DynamoDBClient,
  { table, segment, signal }: Segment,
  { conditions = [], values = {}, ...narrowing }: Narrowing,
  read: (item: Record<string, unknown>) => Link,
): AsyncGenerator<ScannedPage<Link>> {
  const documents = DynamoDBDocumentClient.from(client);
  let from: Record<string, unknown> | undefined;
  do {
    if (signal.aborted) return;
    const page = await documents.send(
      new ScanCommand({
        TableName: table,
        Segment: segment,
        TotalSegments: segments,
        ...narrowing,
        FilterExpression: [`begins_with(${ledgerAttribute.key}, :link)`, ...conditions].join(' AND '),
        ExpressionAttributeValues: { ':link': 'link#', ...values },
        ...(from !== undefined && { ExclusiveStartKey: from }),
      }),
    );
    yield { links: (page.Items ?? []).map(read), records: page.ScannedCount ?? 0 };
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}
