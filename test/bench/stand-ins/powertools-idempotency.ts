import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import { withRetries } from './one-link.ts';
import { eachRecord, makeAndStore } from './queue-worker.ts';

const config = new IdempotencyConfig({ eventKeyJmesPath: '[source, requestId]', throwOnNoIdempotencyKey: true });
const idempotently = makeIdempotent(makeAndStore, {
  persistenceStore: new DynamoDBPersistenceLayer({ tableName: process.env.LEDGER_TABLE_NAME ?? '', keyAttr: 'pk' }),
  config,
  dataIndexArgument: 0,
});

/**
 * Strategy (b): the same, with Powertools Idempotency for each message. Its key is the request, and it has the invocation's
 * context, so a worker may repeat an unfinished attempt after its deadline. This follows the documentation for functions beside
 * the handler ("makeIdempotent function wrapper").
 */
export const handler = (event: SQSEvent, context: Context) => {
  config.registerLambdaContext(context);
  return eachRecord(event, (create) => withRetries(() => idempotently(create)));
};
