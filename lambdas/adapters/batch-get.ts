import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../domain/clock.ts';
import { ledgerAttribute } from '../names.ts';

/** DynamoDB takes at most 100 keys in one BatchGetItem. */
const keysPerRead = 100;

/**
 * The items that these keys have, in any order. Strongly consistent.
 *
 * @throws Error when the table leaves some of them unread eight times: it is throttled
 */
export async function batchGet(
  documents: DynamoDBDocumentClient,
  table: string,
  keys: string[],
  clock: Clock,
): Promise<Record<string, unknown>[]> {
  const distinct = [...new Set(keys)];
  const reads = Array.from({ length: Math.ceil(distinct.length / keysPerRead) }, (_, read) =>
    readAll(documents, table, distinct.slice(read * keysPerRead, (read + 1) * keysPerRead), clock),
  );
  return (await Promise.all(reads)).flat();
}

async function readAll(documents: DynamoDBDocumentClient, table: string, keys: string[], clock: Clock) {
  const items: Record<string, unknown>[] = [];
  let wanted = keys.map((key) => ({ [ledgerAttribute.key]: key }));
  for (let attempt = 1; wanted.length > 0; attempt++) {
    // DynamoDB answers a part when the whole would be over 16 MB or a partition is throttled.
    if (attempt > 1) await clock.sleep(Math.min(2_000, 50 * 2 ** attempt));
    if (attempt > 8) throw new Error('the ledger left keys of a BatchGetItem unread eight times: it is throttled');
    const answer = await documents.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } }),
    );
    items.push(...(answer.Responses?.[table] ?? []));
    wanted = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as typeof wanted;
  }
  return items;
}
