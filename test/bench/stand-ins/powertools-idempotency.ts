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
 * Strategy (b): the same, each message under Powertools Idempotency, keyed by what makes a request unique, and with the
 * invocation's context registered, so that an unfinished attempt may be tried again after its deadline: as its documentation
 * has it for functions beside the handler ("makeIdempotent function wrapper").
 */
export const handler = (event: SQSEvent, context: Context) => {
  config.registerLambdaContext(context);
  return eachRecord(event, (create) => withRetries(() => idempotently(create)));
};
