import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { LinkAddress } from '../../lambdas/domain/link-id.ts';
import { ledgerAttribute } from '../../lambdas/names.ts';

/** One page of a scan. */
export interface ScannedPage {
  links: LinkAddress[];
  /** Records of any kind that were looked at. */
  records: number;
}

/** Segments that are scanned side by side: some 10 MB a second of the ledger. */
export const segments = 8;

/**
 * The addresses of all link records in one segment of the ledger, a page of at most 1 MB at a time. It is no snapshot:
 * what is written meanwhile may or may not be seen. Ends early, without a word, when the signal says so.
 */
export async function* scanSegment(
  client: DynamoDBClient,
  table: string,
  segment: number,
  signal: AbortSignal,
): AsyncGenerator<ScannedPage> {
  const documents = DynamoDBDocumentClient.from(client);
  let from: Record<string, unknown> | undefined;
  do {
    if (signal.aborted) return;
    const page = await documents.send(
      new ScanCommand({
        TableName: table,
        Segment: segment,
        TotalSegments: segments,
        // The records themselves are read again, strongly consistent, when their turn comes.
        ProjectionExpression: 'address',
        FilterExpression: `begins_with(${ledgerAttribute.key}, :link)`,
        ExpressionAttributeValues: { ':link': 'link#' },
        ...(from !== undefined && { ExclusiveStartKey: from }),
      }),
    );
    const links = (page.Items ?? []).map(({ address }) => address as LinkAddress);
    yield { links, records: page.ScannedCount ?? 0 };
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}
