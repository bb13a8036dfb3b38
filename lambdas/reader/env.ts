import * as z from 'zod';
import { apiVariables } from '../domain/onelink/api-variables.ts';

/** The contract between the reader's construct and its handler: one variable each, all required. */
export const readerEnvironment = z.object({
  ...apiVariables,
  API_TOKEN_SECRET_ARN: z.string().min(1),
  CALL_TIMEOUT_MILLISECONDS: z.coerce.number().int().min(100),
  CALLS_IN_FLIGHT: z.coerce.number().int().min(1),
  /** The environment's rate: sends per second. */
  READ_CALLS_PER_SECOND: z.coerce.number().int().min(1),
});
export type ReaderEnvironment = z.infer<typeof readerEnvironment>;
/** What the construct must set: every variable, as text. */
export type ReaderVariables = Record<keyof ReaderEnvironment, string>;
