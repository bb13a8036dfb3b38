import * as z from 'zod';
import { jsonText } from '../domain/contract/json-text.ts';
import { producerSchema, templatesSchema } from '../domain/contract/producer.ts';

/** The contract between the link worker's construct and its handler: one variable each, all required. */
export const linkWorkerEnvironment = z.object({
  LANE: z.string().min(1),
  /** Without a trailing slash: `https://onelink.appsflyer.com/api/v2.0`. */
  API_BASE_URL: z.url(),
  API_TOKEN_SECRET_ARN: z.string().min(1),
  /** The secret that short-link IDs are derived with; it must never change while the pipeline lives. */
  LINK_ID_SECRET_ARN: z.string().min(1),
  LINK_ID_LENGTH: z.coerce.number().int().min(10).max(50),
  /** This invocation's share of the rate: sends per second, one environment. */
  LINK_CALLS_PER_SECOND: z.coerce.number().int().min(1),
  /** Calls that may wait for an answer at once, in one environment. */
  CALLS_IN_FLIGHT: z.coerce.number().int().min(1),
  CALL_TIMEOUT_MILLISECONDS: z.coerce.number().int().min(100),
  /** Returned messages whose delay may run at once, of one environment: its part of the 120,000 that SQS allows in flight. */
  MOST_RETURNED_MESSAGES: z.coerce.number().int().min(1),
  LEDGER_TABLE_NAME: z.string().min(1),
  ARCHIVE_BUCKET_NAME: z.string().min(1),
  LANE_QUEUE_URL: z.url(),
  QR_QUEUE_URL: z.url(),
  QR_BUCKET_NAME: z.string().min(1),
  OUTCOME_TOPIC_ARN: z.string().min(1),
  /** 1: each outcome is published by itself, at once; 10 (the most SNS takes): in batches. */
  OUTCOMES_PER_PUBLISH: z.coerce.number().int().min(1).max(10),
  /** JSON: the producers that may use this lane. */
  PRODUCERS: jsonText(z.array(producerSchema)),
  /** JSON: the templates, each with its domain and brand domains. */
  TEMPLATES: jsonText(templatesSchema),
  /** What to do when a chosen short-link ID belongs to another link. */
  CONFLICT_POLICY: z.enum(['reject', 'derive']),
  /** Whether the ledger keeps a link's whole data, or only its keyed digest. */
  KEEP_DATA: z.enum(['digest', 'full']),
  /** How long a change holds its link: longer than an invocation can last. */
  LEASE_SECONDS: z.coerce.number().int().min(1),
  /** How long a request's record is kept, and with it the promise of exactly once. */
  DEDUPLICATION_WINDOW_DAYS: z.coerce.number().int().min(1),
  /** Of the quota's poll, which a worker makes itself when the governor is silent. */
  APPSFLYER_ACCOUNT_ID: z.string().min(1),
  /** The lane leaves this many calls of the month's quota to others. */
  QUOTA_RESERVE_CALLS: z.coerce.number().int().min(0),
  /** 2,048 in the API's documents; 3,000 in newer ones. */
  MAX_DATA_CHARACTERS: z.coerce.number().int().min(1),
  /** Whether the query string that the data makes must keep to that limit as well. */
  QUERY_STRING_COUNTS: z.enum(['true', 'false']).transform((text) => text === 'true'),
  /** 365 in the API's documents; 730 in newer ones. Above it the API silently makes it 31 days. */
  MAX_TTL_DAYS: z.coerce.number().int().min(1),
});
export type LinkWorkerEnvironment = z.infer<typeof linkWorkerEnvironment>;
/** What the construct must set: every variable, as text. */
export type LinkWorkerVariables = Record<keyof LinkWorkerEnvironment, string>;
