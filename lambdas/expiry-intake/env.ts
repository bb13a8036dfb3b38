import * as z from 'zod';

/** The contract between the expiry intake's construct and its handler: one variable each, all required. */
export const expiryIntakeEnvironment = z.object({
  LEDGER_TABLE_NAME: z.string().min(1),
  EXPIRY_QUEUE_URL: z.url(),
  /**
   * A check counts as lost after this time, which is longer than SQS keeps a message in queue and dead-letter queue.
   */
  CHECK_LOST_AFTER_DAYS: z.coerce.number().int().min(1),
});
export type ExpiryIntakeEnvironment = z.infer<typeof expiryIntakeEnvironment>;
/** What the construct must set: every variable, as text. */
export type ExpiryIntakeVariables = Record<keyof ExpiryIntakeEnvironment, string>;
