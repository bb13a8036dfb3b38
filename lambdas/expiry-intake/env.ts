import * as z from 'zod';

/** The contract between the expiry intake's construct and its handler: one variable each, all required. */
export const expiryIntakeEnvironment = z.object({
  LEDGER_TABLE_NAME: z.string().min(1),
  EXPIRY_QUEUE_URL: z.url(),
  /** A check that is not done by then is lost: longer than a message can stay in the queue and among the dead letters. */
  CHECK_LOST_AFTER_DAYS: z.coerce.number().int().min(1),
});
export type ExpiryIntakeEnvironment = z.infer<typeof expiryIntakeEnvironment>;
/** What the construct must set: every variable, as text. */
export type ExpiryIntakeVariables = Record<keyof ExpiryIntakeEnvironment, string>;
