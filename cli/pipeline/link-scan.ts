import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand, type ScanCommandInput } from '@aws-sdk/lib-dynamodb';
import { linkInItem } from '../../lambdas/adapters/ledger-item.ts';
import { ledgerAttribute } from '../../lambdas/adapters/names.ts';
import type { LinkRecord } from '../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../lambdas/domain/link/link-id.ts';

/** One page of a scan. */
export interface ScannedPage<Link = LinkAddress> {
  links: Link[];
  /** Records of any kind that were looked at. */
  records: number;
}

/** Segments that are scanned side by side: some 10 MB a second of the ledger. */
export const segments = 8;

/** One of a scan's segments, and when to stop. */
export interface Segment {
  table: string;
  segment: number;
  signal: AbortSignal;
}

/**
 * The addresses of all link records in one segment of the ledger. The records themselves are read again, strongly
 * consistent, when their turn comes.
 */
export function scanAddresses(client: DynamoDBClient, segment: Segment): AsyncGenerator<ScannedPage> {
  return scan(client, segment, { ProjectionExpression: 'address' }, ({ address }) => address as LinkAddress);
}

/** All link records in one segment of the ledger, or those of one campaign or one source. */
export function scanLinks(
  client: DynamoDBClient,
  segment: Segment,
  only: { campaign?: string; source?: string } = {},
): AsyncGenerator<ScannedPage<LinkRecord>> {
  const wanted = Object.entries(only);
  const filter = {
    conditions: wanted.map(([name]) => `#${name} = :${name}`),
    ...(wanted.length > 0 && {
      ExpressionAttributeNames: Object.fromEntries(wanted.map(([name]) => [`#${name}`, name])),
    }),
    values: Object.fromEntries(wanted.map(([name, value]) => [`:${name}`, value])),
  };
  return scan(client, segment, filter, linkInItem);
}

interface Narrowing extends Pick<ScanCommandInput, 'ProjectionExpression' | 'ExpressionAttributeNames'> {
  conditions?: string[];
  values?: Record<string, string>;
}

/**
 * One segment, a page of at most 1 MB at a time. It is no snapshot: what is written meanwhile may or may not be seen. Ends
 * early, without a word, when the signal says so.
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
