import * as z from 'zod';
import { queueWorkerVariables } from '../domain/contract/queue-worker-variables.ts';
import { apiVariables } from '../domain/onelink/api-variables.ts';

/** The contract between the expiry worker's construct and its handler: one variable each, all required. */
export const expiryWorkerEnvironment = z.object({
  ...apiVariables,
  ...queueWorkerVariables,
  LINK_ID_SECRET_ARN: z.string().min(1),
  /** One environment's share of the rate: sends per second. */
  EXPIRY_CALLS_PER_SECOND: z.coerce.number().int().min(1),
  ARCHIVE_BUCKET_NAME: z.string().min(1),
  EXPIRY_QUEUE_URL: z.url(),
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
