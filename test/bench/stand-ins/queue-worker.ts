import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type Create, createLink } from './one-link.ts';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient());

/** Stores the link for its owner. */
export async function store({ source, requestId }: Create, { shortUrl }: { shortUrl: string }): Promise<void> {
  const Item = { pk: `link-of#${source}/${requestId}`, shortUrl };
  await documents.send(new PutCommand({ TableName: process.env.LEDGER_TABLE_NAME, Item }));
}

export async function makeAndStore(create: Create): Promise<{ shortUrl: string }> {
  const link = await createLink(create);
  await store(create, link);
  return link;
}

/**
 * A common SQS worker, after AWS's example ("Implementing partial batch responses", AWS Lambda Developer Guide). It processes
 * all records at once, and reports those that failed, which SQS delivers again.
 */
export async function eachRecord(
  event: SQSEvent,
  work: (create: Create) => Promise<unknown>,
): Promise<SQSBatchResponse> {
  const results = await Promise.allSettled(event.Records.map(async ({ body }) => work(JSON.parse(body) as Create)));
  const batchItemFailures = event.Records.flatMap(({ messageId }, index) =>
    results[index]?.status === 'rejected' ? [{ itemIdentifier: messageId }] : [],
  );
  return { batchItemFailures };
}
