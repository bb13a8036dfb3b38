import * as z from 'zod';

/** The contract between the expiry worker's construct and its handler: one variable each, all required. */
export const expiryWorkerEnvironment = z.object({
  /** Without a trailing slash: `https://onelink.appsflyer.com/api/v2.0`. */
  API_BASE_URL: z.url(),
  API_TOKEN_SECRET_ARN: z.string().min(1),
  LINK_ID_SECRET_ARN: z.string().min(1),
  /** One environment's share of the rate: sends per second. */
  EXPIRY_CALLS_PER_SECOND: z.coerce.number().int().min(1),
  /** The most calls that one environment may have in flight. */
  CALLS_IN_FLIGHT: z.coerce.number().int().min(1),
  CALL_TIMEOUT_MILLISECONDS: z.coerce.number().int().min(100),
  /** The most returned messages with a running delay in one environment: its part of SQS's 120,000 in flight. */
  MOST_RETURNED_MESSAGES: z.coerce.number().int().min(1),
  LEDGER_TABLE_NAME: z.string().min(1),
  ARCHIVE_BUCKET_NAME: z.string().min(1),
  QR_BUCKET_NAME: z.string().min(1),
  EXPIRY_QUEUE_URL: z.url(),
  OUTCOME_TOPIC_ARN: z.string().min(1),
  /** Whether an expired link's QR image stays in the bucket. */
  KEEP_QR_IMAGES: z.enum(['true', 'false']),
  /** How long a renewal holds its link: longer than an invocation may last. */
  LEASE_SECONDS: z.coerce.number().int().min(1),
  /** A check counts as lost after this time. The intake has the same setting. */
  CHECK_LOST_AFTER_DAYS: z.coerce.number().int().min(1),
});
export type ExpiryWorkerEnvironment = z.infer<typeof expiryWorkerEnvironment>;
/** What the construct must set: every variable, as text. */
export type ExpiryWorkerVariables = Record<keyof ExpiryWorkerEnvironment, string>;
