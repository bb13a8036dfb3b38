import * as z from 'zod';

/** The contract between the expiry worker's construct and its handler: one variable each, all required. */
export const expiryWorkerEnvironment = z.object({
  /** Without a trailing slash: `https://onelink.appsflyer.com/api/v2.0`. */
  API_BASE_URL: z.url(),
  API_TOKEN_SECRET_ARN: z.string().min(1),
  LINK_ID_SECRET_ARN: z.string().min(1),
  /** This invocation's share of the rate: sends per second, one environment. */
  EXPIRY_CALLS_PER_SECOND: z.coerce.number().int().min(1),
  /** Calls that may wait for an answer at once, in one environment. */
  CALLS_IN_FLIGHT: z.coerce.number().int().min(1),
  CALL_TIMEOUT_MILLISECONDS: z.coerce.number().int().min(100),
  /** Returned messages whose delay may run at once, of one environment: its part of the 120,000 that SQS allows in flight. */
  MOST_RETURNED_MESSAGES: z.coerce.number().int().min(1),
  LEDGER_TABLE_NAME: z.string().min(1),
  ARCHIVE_BUCKET_NAME: z.string().min(1),
  QR_BUCKET_NAME: z.string().min(1),
  EXPIRY_QUEUE_URL: z.url(),
  OUTCOME_TOPIC_ARN: z.string().min(1),
  /** Whether a link's QR image stays in the bucket when the link has expired. */
  KEEP_QR_IMAGES: z.enum(['true', 'false']),
});
export type ExpiryWorkerEnvironment = z.infer<typeof expiryWorkerEnvironment>;
/** What the construct must set: every variable, as text. */
export type ExpiryWorkerVariables = Record<keyof ExpiryWorkerEnvironment, string>;
