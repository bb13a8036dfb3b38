import * as z from 'zod';

/** The contract between the operations function's construct and its handler: one variable each, all required. */
export const operationsEnvironment = z.object({
  /** The unique IDs of the pipeline's own roles that vouch for a first sender, with commas between them. */
  OWN_SENDERS: z
    .string()
    .min(1)
    .transform((text): ReadonlySet<string> => new Set(text.split(','))),
  DEDUPLICATION_WINDOW_DAYS: z.coerce.number().int().min(1),
});
export type OperationsEnvironment = z.infer<typeof operationsEnvironment>;
/** What the construct must set: every variable, as text. */
export type OperationsVariables = Record<keyof OperationsEnvironment, string>;
