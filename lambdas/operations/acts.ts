import * as z from 'zod';

/** What an operator's program asks for, act by act, and what it gets. */

/** The longest slice: the caller waits for the answer, and may stop between two slices. */
export const longestSliceSeconds = 20;

/** Sends dead letters back to the queue that they came from, for some seconds. */
export const redriveRequestSchema = z.strictObject({
  act: z.literal('redrive'),
  deadLettersUrl: z.url(),
  queueUrl: z.url(),
  /** How many letters to move at most. */
  limit: z.int().min(1),
  /** Messages per second. */
  perSecond: z.int().min(1).max(1_000),
  seconds: z.number().min(0).max(longestSliceSeconds),
  /** The IDs of letters that the queue refused in earlier slices. */
  refused: z.array(z.string()),
});
export type RedriveRequest = z.infer<typeof redriveRequestSchema>;

export const redriveResultSchema = z.object({
  moved: z.int(),
  /** The letters that the queue refused in this slice. They are still dead letters. */
  refused: z.array(z.object({ messageId: z.string(), reason: z.string() })),
  /** Whether nothing is left to move. */
  done: z.boolean(),
  /** Letters that were sent, and that SQS did not delete. The act stopped there. */
  undeleted: z.object({ count: z.int(), code: z.string() }).optional(),
});
export type RedriveResult = z.infer<typeof redriveResultSchema>;

export const requestSchema = z.discriminatedUnion('act', [redriveRequestSchema]);
