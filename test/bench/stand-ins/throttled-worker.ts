import type { SQSEvent } from 'aws-lambda';
import pThrottle from 'p-throttle';
import { withRetries } from './one-link.ts';
import { eachRecord, makeAndStore } from './queue-worker.ts';

/** The account's limit, as its documentation names it. */
declare const accountCallsPerSecond: number;

const throttled = pThrottle({ limit: accountCallsPerSecond, interval: 1_000, strict: true })(makeAndStore);

/** Strategy (d): the same, behind a limiter (p-throttle, in its strict mode) in each environment, set to the API's limit. */
export const handler = (event: SQSEvent) => eachRecord(event, (create) => withRetries(() => throttled(create)));
