import * as z from 'zod';
import { jsonText } from '../domain/contract/json-text.ts';
import { producerSchema, templatesSchema } from '../domain/contract/producer.ts';
import { queueWorkerVariables } from '../domain/contract/queue-worker-variables.ts';
import { boundSendersSchema } from '../domain/contract/sender.ts';
import { apiVariables, contractVariables, quotaVariables } from '../domain/onelink/api-variables.ts';

export type { LinkPolicies } from '../domain/policy/link-policy.ts';

/** The file with the link policies, beside the bundled handler: environment variables together hold 4 KB only. */
export const policiesFile = 'policies.json';

/** The contract between the link worker's construct and its handler: one variable each, all required. */
export const linkWorkerEnvironment = z.object({
  LANE: z.string().min(1),
  ...apiVariables,
  ...quotaVariables,
  ...queueWorkerVariables,
  /** The secret from which short-link IDs are derived. It must never change during the pipeline's life. */
  LINK_ID_SECRET_ARN: z.string().min(1),
  LINK_ID_LENGTH: z.coerce.number().int().min(10).max(50),
  /** One environment's share of the rate: sends per second. */
  LINK_CALLS_PER_SECOND: z.coerce.number().int().min(1),
  /** Where an invocation keeps the gap to the sends of another one in its slot: before its first send, or after its last. */
  INVOCATION_GAP: z.enum(['before', 'after']),
  ARCHIVE_BUCKET_NAME: z.string().min(1),
  LANE_QUEUE_URL: z.url(),
  QR_QUEUE_URL: z.url(),
  /** 1: publishes each outcome alone, at once. 10 (SNS's most): publishes in batches. */
  OUTCOMES_PER_PUBLISH: z.coerce.number().int().min(1).max(10),
  /** The unique IDs of the pipeline's own roles that vouch for a first sender, with commas between them. */
  OWN_SENDERS: z
    .string()
    .min(1)
    .transform((text): ReadonlySet<string> => new Set(text.split(','))),
  /** JSON: the bound sources of the pipeline, each with the unique IDs of its senders. */
  SENDERS: jsonText(boundSendersSchema),
  /** JSON: the producers that may use this lane. */
  PRODUCERS: jsonText(z.array(producerSchema)),
  /** JSON: the templates, each with its domain and brand domains. */
  TEMPLATES: jsonText(templatesSchema),
  /** What to do if a chosen short-link ID belongs to another link. */
  CONFLICT_POLICY: z.enum(['reject', 'derive']),
  /** Whether the ledger keeps a link's whole data, or only its keyed digest. */
  KEEP_DATA: z.enum(['digest', 'full']),
  /** How long a change holds its link: longer than an invocation can last. */
  LEASE_SECONDS: z.coerce.number().int().min(1),
  /** The deduplication window: how long a request record is kept. */
  DEDUPLICATION_WINDOW_DAYS: z.coerce.number().int().min(1),
  /** For the quota poll, which a worker makes itself if the control record is stale or missing. */
  APPSFLYER_ACCOUNT_ID: z.string().min(1),
  /** The lane leaves this many calls of the month's quota to others. */
  QUOTA_RESERVE_CALLS: z.coerce.number().int().min(0),
  ...contractVariables,
  /** The topic of the answers to `get`. Absent if no producer has a private outcome queue. */
  PRIVATE_TOPIC_ARN: z.string().min(1).optional(),
});
export type LinkWorkerEnvironment = z.infer<typeof linkWorkerEnvironment>;
/** What the construct must set: every variable, as text. */
export type LinkWorkerVariables = Record<Exclude<keyof LinkWorkerEnvironment, 'PRIVATE_TOPIC_ARN'>, string> & {
  PRIVATE_TOPIC_ARN?: string;
};
