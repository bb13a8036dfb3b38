import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import { linkInItem } from './ledger-item.ts';
import { ledgerAttribute } from './names.ts';

/** A part of a scan of the ledger. */
export interface LinkPageQuery {
  segment: number;
  segments: number;
  /** The key with which the page before has ended. */
  after: string | undefined;
  /** Only links of this campaign, or of this source. */
  only: { campaign?: string | undefined; source?: string | undefined };
}

/** Pages of the ledger's link records. A page reads 1 MB at most (DynamoDB, Scan). */
export class LinkPages {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** @returns the links, how many records of any kind were read, and where the next page begins */
  async page({ segment, segments, after, only }: LinkPageQuery): Promise<{
    links: LinkRecord[];
    records: number;
    next: string | undefined;
  }> {
    const { key: pk } = ledgerAttribute;
    const wanted = Object.entries(only).filter(([, value]) => value !== undefined);
    const conditions = [`begins_with(${pk}, :link)`, ...wanted.map(([name]) => `#${name} = :${name}`)];
    const page = await this.#client.send(
      new ScanCommand({
        TableName: this.#table,
        Segment: segment,
        TotalSegments: segments,
        FilterExpression: conditions.join(' AND '),
        ...(wanted.length > 0 && {
          ExpressionAttributeNames: Object.fromEntries(wanted.map(([name]) => [`#${name}`, name])),
        }),
        ExpressionAttributeValues: marshall({
          ':link': 'link#',
          ...Object.fromEntries(wanted.map(([name, value]) => [`:${name}`, value])),
        }),
        ...(after !== undefined && { ExclusiveStartKey: marshall({ [pk]: after }) }),
      }),
    );
    const next = page.LastEvaluatedKey?.[pk]?.S;
    return {
      links: (page.Items ?? []).map((item) => linkInItem(unmarshall(item))),
      records: page.ScannedCount ?? 0,
      next,
    };
  }
}
