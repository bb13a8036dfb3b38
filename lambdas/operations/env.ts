import * as z from 'zod';
import { jsonText } from '../domain/contract/json-text.ts';

/** The file with the producers, beside the bundled handler: environment variables together hold 4 KB only. */
export const sourcesFile = 'sources.json';

/** The content of that file: the first lane of each producer, and its templates. */
export const sourcesSchema = z.record(z.string(), z.object({ lane: z.string(), templates: z.array(z.string()) }));

/** The contract between the operations function's construct and its handler: one variable each, all required. */
export const operationsEnvironment = z.object({
  /** The unique IDs of the pipeline's own roles that vouch for a first sender, with commas between them. */
  OWN_SENDERS: z
    .string()
    .min(1)
    .transform((text): ReadonlySet<string> => new Set(text.split(','))),
  DEDUPLICATION_WINDOW_DAYS: z.coerce.number().int().min(1),
  /** Where each act leaves its records: both, or the act is not carried out. */
  AUDIT_BUCKET_NAME: z.string().min(1),
  AUDIT_LOG_GROUP_NAME: z.string().min(1),
  LEDGER_TABLE_NAME: z.string().min(1),
  ARCHIVE_BUCKET_NAME: z.string().min(1),
  CAMPAIGN_BUCKET_NAME: z.string().min(1),
  REPLAYER_FUNCTION_NAME: z.string().min(1),
  /** The secret with the hashes of the HTTP API's keys. Empty if no producer may have keys. */
  HTTP_KEYS_SECRET_ARN: z.string(),
  /** JSON: the lanes, with the expiry worker's and the QR worker's, and the UUIDs of their event source mappings. */
  LANES: jsonText(z.array(z.object({ name: z.string().min(1), mappings: z.array(z.string().min(1)) }))),
  /** It keys the digests of subjects. */
  LINK_ID_SECRET_ARN: z.string().min(1),
  QR_BUCKET_NAME: z.string().min(1),
  /** JSON: the URLs of the lanes' queues, by lane. */
  LANE_QUEUE_URLS: jsonText(z.record(z.string(), z.url())),
  OUTCOME_TOPIC_ARN: z.string().min(1),
  /** The queue of outcomes that SNS could not post. Empty if no producer has an `outcomeUrl`. */
  UNDELIVERED_OUTCOMES_URL: z.string(),
  /** Begins the names of the SSM documents that a browser can start. Empty if the stack has none. */
  DOCUMENTS_OF: z.string(),
  /** The longest invocation of a function that works on commands. */
  LONGEST_WORK_SECONDS: z.coerce.number().int().min(1),
});
export type OperationsEnvironment = z.infer<typeof operationsEnvironment>;
/** What the construct must set: every variable, as text. */
export type OperationsVariables = Record<keyof OperationsEnvironment, string>;
