import * as z from 'zod';

/**
 * Why a call was refused. Nothing was done.
 *
 * - `not-understood`  the call has no form that this release knows
 * - `not-permitted`   the act needs another permission than the alias that was invoked
 * - `reason-missing`  the act needs a reason
 * - `not-proved`      STS does not confirm the caller's signature, or names a caller of another account; or Systems Manager shows
 *                     no execution of a document of this pipeline that a person has started and that still runs
 * - `proof-late`      the signature, or the start of the execution, is older than five minutes, or from the future
 * - `proof-unchecked` STS or Systems Manager cannot be reached
 * - `begun-before`    this part has begun before
 * - `not-recorded`    the begin could not be recorded
 */
export const refusalCodes = [
  'not-understood',
  'not-permitted',
  'reason-missing',
  'not-proved',
  'proof-late',
  'proof-unchecked',
  'begun-before',
  'not-recorded',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** What the operations function answers. `recorded` is false if the end of the part could not be recorded. */
export const actResultSchema = z.discriminatedUnion('result', [
  z.object({ v: z.literal(1), result: z.literal('done'), recorded: z.boolean(), answer: z.unknown() }),
  /** The act began and could not be carried out. `words` gives the cause, without values. */
  z.object({ v: z.literal(1), result: z.literal('failed'), recorded: z.boolean(), words: z.string() }),
  z.object({
    v: z.literal(1),
    result: z.literal('refused'),
    code: z.enum(refusalCodes),
    /** The function's clock, so that a caller whose clock is wrong can sign again. Epoch milliseconds. */
    nowMilliseconds: z.number(),
    /** For people who started an SSM document. The command line has words of its own. */
    words: z.string().optional(),
  }),
]);
export type ActResult = z.infer<typeof actResultSchema>;
