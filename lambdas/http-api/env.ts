import * as z from 'zod';
import { jsonText } from '../domain/contract/json-text.ts';
import { contractVariables } from '../domain/onelink/api-variables.ts';

export { type HttpRulesText, httpRulesFile } from '../domain/http/rules.ts';

/** The file with the OpenAPI document, beside the bundled handler. */
export const openApiFile = 'openapi.json';

/** The contract between the HTTP API's construct and its handler: one variable each, all required. */
export const httpApiEnvironment = z.object({
  LEDGER_TABLE_NAME: z.string().min(1),
  QR_BUCKET_NAME: z.string().min(1),
  /** The secret that keys the digests of commands and derives link IDs. */
  LINK_ID_SECRET_ARN: z.string().min(1),
  /** The reader function, which makes the paced GETs. */
  READER_FUNCTION_NAME: z.string().min(1),
  /** JSON: the URLs of the lanes' queues, by lane. */
  LANE_QUEUE_URLS: jsonText(z.record(z.string(), z.url())),
  /** The deduplication window: how long a key is remembered. */
  DEDUPLICATION_WINDOW_DAYS: z.coerce.number().int().min(1),
  /** How many calls may wait for their outcome at a time: half of the function's concurrency. */
  WAITING_SLOTS: z.coerce.number().int().min(0),
  ...contractVariables,
});
export type HttpApiEnvironment = z.infer<typeof httpApiEnvironment>;
/** What the construct must set: every variable, as text. */
export type HttpApiVariables = Record<keyof HttpApiEnvironment, string>;
