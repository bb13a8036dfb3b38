import type { SQSEvent } from 'aws-lambda';
import { withRetries } from './one-link.ts';
import { eachRecord, makeAndStore } from './queue-worker.ts';

/** Strategy (a): one call for each message, all of a batch at once, again on any error. */
export const handler = (event: SQSEvent) => eachRecord(event, (create) => withRetries(() => makeAndStore(create)));
