import * as z from 'zod';

/** One fault of a command: where, which rule, and how to fix it. It never contains the value. */
export const faultSchema = z.object({
  /** Dotted path inside the command, for example `data.af_r`. Empty for the command as a whole. */
  path: z.string(),
  /** A short name that programs can match on. */
  rule: z.string(),
  /** For people. */
  message: z.string(),
});
export type Fault = z.infer<typeof faultSchema>;

/** The first few configured values, to end a message with. */
export const offered = (all: readonly string[]) =>
  `: ${all.length === 0 ? 'it has none' : `${all.slice(0, 10).join(', ')}${all.length > 10 ? ', …' : ''}`}`;
