import * as z from 'zod';
import { defineAct, longestPartSeconds } from './act.ts';

const queueName = (url: string) => url.slice(url.lastIndexOf('/') + 1);

/** Sends dead letters back to the queue that they came from, for some seconds. */
export const redrive = defineAct({
  name: 'redrive',
  fields: {
    deadLettersUrl: z.url(),
    queueUrl: z.url(),
    /** How many letters to move at most. */
    limit: z.int().min(1),
    /** Messages per second. */
    perSecond: z.int().min(1).max(1_000),
    seconds: z.number().min(0).max(longestPartSeconds),
    /** The IDs of letters that the queue refused in earlier parts. */
    refused: z.array(z.string().max(100)),
  },
  permission: 'operate',
  target: ({ deadLettersUrl, perSecond }) => ({ queue: queueName(deadLettersUrl), perSecond }),
  answer: z.object({
    moved: z.int(),
    /** The letters that the queue refused in this part. They are still dead letters. */
    refused: z.array(z.object({ messageId: z.string(), reason: z.string() })),
    /** Whether nothing is left to move. */
    done: z.boolean(),
    /** Letters that were sent, and that SQS did not delete. The act stopped there. */
    undeleted: z.object({ count: z.int(), code: z.string() }).optional(),
  }),
});
export type RedriveRequest = z.output<typeof redrive.schema>;
export type RedriveResult = z.infer<typeof redrive.answer>;
