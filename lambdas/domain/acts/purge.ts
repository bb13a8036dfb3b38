import * as z from 'zod';
import { defineAct } from './act.ts';

/** SQS takes ten messages in one call. */
const mostAtOnce = 10;

/**
 * Deletes dead letters that the caller has stored, and answers with the next ones. A letter that is not confirmed as stored
 * becomes visible in its queue again.
 */
export const purge = defineAct({
  name: 'purge',
  fields: {
    deadLettersUrl: z.url(),
    /** The receipts of letters from earlier parts that the caller has stored. */
    stored: z.array(z.string().min(1).max(2_048)).max(mostAtOnce),
    /** How many letters to answer with at most. */
    most: z.int().min(0).max(mostAtOnce),
  },
  // A letter holds the values of a link, which who operates need not see.
  permission: 'purge',
  target: ({ deadLettersUrl }) => ({ queue: deadLettersUrl.slice(deadLettersUrl.lastIndexOf('/') + 1) }),
  answer: z.object({
    deleted: z.int(),
    /** Stored letters that SQS did not delete, and its error code. */
    kept: z.object({ count: z.int(), code: z.string() }).optional(),
    letters: z.array(
      z.object({
        messageId: z.string(),
        receiptHandle: z.string(),
        body: z.string(),
        sentAtMilliseconds: z.number(),
        originalMessageId: z.string(),
        receiveCount: z.int(),
        attributes: z.record(z.string(), z.unknown()),
        groupId: z.string().optional(),
      }),
    ),
  }),
});
export type PurgedLetter = z.infer<typeof purge.answer>['letters'][number];
