import type { SQSEvent } from 'aws-lambda';
import { withRetries } from './one-link.ts';
import { eachRecord, makeAndStore } from './queue-worker.ts';

/** Strategy (a): one call for each message, all messages of a batch at once, and a retry after any error. */
export const handler = (event: SQSEvent) => eachRecord(event, (create) => withRetries(() => makeAndStore(create)));
