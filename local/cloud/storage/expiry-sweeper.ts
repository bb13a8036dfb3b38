import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../clock.ts';
import type { ExpiringTable } from './tables.ts';

/** DynamoDB leaves items alone that expired longer ago than this: it takes the value for a mistake. */
const oldestExpirySeconds = 5 * 365 * 86_400;

/**
 * Deletes the expired items of a table once, as DynamoDB does in the background. A whole scan: meant for tables of a
 * laptop's size.
 * @returns how many items were deleted
 */
export async function sweepExpired(table: ExpiringTable, dynamodb: DynamoDBClient, clock: Clock): Promise<number> {
  const nowSeconds = Math.floor(clock.now() / 1000);
  const names: Record<string, string> = { '#expiry': table.expiryAttribute };
  const values: Record<string, AttributeValue> = {
    ':now': { N: String(nowSeconds) },
    ':oldest': { N: String(nowSeconds - oldestExpirySeconds) },
  };
  // A comparison with a number is false for an attribute of another type, so that such an item stays, as on AWS.
  const expired = '#expiry <= :now AND #expiry > :oldest';
  const keyNames = Object.fromEntries(table.keyAttributes.map((name, index) => [`#key${index}`, name]));
  const pages = paginateScan(
    { client: dynamodb },
    {
      TableName: table.tableName,
      FilterExpression: expired,
      ProjectionExpression: Object.keys(keyNames).join(', '),
      ExpressionAttributeNames: { ...names, ...keyNames },
      ExpressionAttributeValues: values,
    },
  );
  let deleted = 0;
  for await (const { Items = [] } of pages) {
    for (const Key of Items) {
      try {
        // The condition again: the item may have been renewed since it was read.
        await dynamodb.send(
          new DeleteItemCommand({
            TableName: table.tableName,
            Key,
            ConditionExpression: expired,
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: values,
          }),
        );
        deleted++;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    }
  }
  return deleted;
}
