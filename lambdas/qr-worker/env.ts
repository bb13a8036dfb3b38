import * as z from 'zod';

/** The contract between the QR worker's construct and its handler: one variable each, all required. */
export const qrWorkerEnvironment = z.object({
  LANE: z.string().min(1),
  /** Without a trailing slash: `https://onelink.appsflyer.com/api/v2.0`. */
  API_BASE_URL: z.url(),
  API_TOKEN_SECRET_ARN: z.string().min(1),
  /** One environment's share of the QR rate: sends per second. */
  QR_CALLS_PER_SECOND: z.coerce.number().int().min(1),
  /** The most calls that one environment may have in flight. */
  CALLS_IN_FLIGHT: z.coerce.number().int().min(1),
  CALL_TIMEOUT_MILLISECONDS: z.coerce.number().int().min(100),
  /** The most returned messages with a running delay in one environment: its part of SQS's 120,000 in flight. */
  MOST_RETURNED_MESSAGES: z.coerce.number().int().min(1),
  LEDGER_TABLE_NAME: z.string().min(1),
  QR_BUCKET_NAME: z.string().min(1),
  QR_QUEUE_URL: z.url(),
  OUTCOME_TOPIC_ARN: z.string().min(1),
  /** 1: publishes each outcome alone, at once. 10 (SNS's most): publishes in batches. */
  OUTCOMES_PER_PUBLISH: z.coerce.number().int().min(1).max(10),
  /** The deduplication window: how long a request record is kept. */
  DEDUPLICATION_WINDOW_DAYS: z.coerce.number().int().min(1),
  /** After this many failed deliveries the outcome is `qr-failed`. Below the queue's maxReceiveCount. */
  MAX_QR_ATTEMPTS: z.coerce.number().int().min(1),
});
export type QrWorkerEnvironment = z.infer<typeof qrWorkerEnvironment>;
/** What the construct must set: every variable, as text. */
export type QrWorkerVariables = Record<keyof QrWorkerEnvironment, string>;
