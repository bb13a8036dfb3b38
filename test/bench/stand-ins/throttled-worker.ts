import type { SQSEvent } from 'aws-lambda';
import pThrottle from 'p-throttle';
import { withRetries } from './one-link.ts';
import { eachRecord, makeAndStore } from './queue-worker.ts';

/** The account's limit, as in the API's documentation. */
declare const accountCallsPerSecond: number;

const throttled = pThrottle({ limit: accountCallsPerSecond, interval: 1_000, strict: true })(makeAndStore);

/** Strategy (d): the same, with a rate limiter in each environment (p-throttle, strict mode) at the API's limit. */
export const handler = (event: SQSEvent) => eachRecord(event, (create) => withRetries(() => throttled(create)));
