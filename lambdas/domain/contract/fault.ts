import * as z from 'zod';

/** One thing that is wrong with a command: where, which rule, and what to mend. It never carries the value. */
export const faultSchema = z.object({
  /** Dotted path inside the command, `data.af_r` for example; empty for the command as a whole. */
  path: z.string(),
  /** A short name that programs can match on. */
  rule: z.string(),
  /** For people. */
  message: z.string(),
});
export type Fault = z.infer<typeof faultSchema>;
