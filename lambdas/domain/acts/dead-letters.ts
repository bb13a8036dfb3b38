import * as z from 'zod';
import { defineAct, longestPartSeconds } from './act.ts';

const queueName = (url: string) => url.slice(url.lastIndexOf('/') + 1);

/** What every act that empties a dead-letter queue takes. */
const fields = {
  deadLettersUrl: z.url(),
  /** How many letters to move at most. */
  limit: z.int().min(1),
  /** Messages per second. */
  perSecond: z.int().min(1).max(1_000),
  seconds: z.number().min(0).max(longestPartSeconds),
  /** The IDs of letters that were refused in earlier parts. */
  refused: z.array(z.string().max(100)),
};

const answer = z.object({
  moved: z.int(),
  /** The letters that were refused in this part. They are still dead letters. */
  refused: z.array(z.object({ messageId: z.string(), reason: z.string() })),
  /** Whether nothing is left to move. */
  done: z.boolean(),
  /** Letters that were sent, and that SQS did not delete. The act stopped there. */
  undeleted: z.object({ count: z.int(), code: z.string() }).optional(),
});
export type RedriveResult = z.infer<typeof answer>;

/** Sends dead letters back to the queue that they came from, for some seconds. */
export const redrive = defineAct({
  name: 'redrive',
  fields: { ...fields, queueUrl: z.url() },
  permission: 'operate',
  target: ({ deadLettersUrl, perSecond }) => ({ queue: queueName(deadLettersUrl), perSecond }),
  answer,
});
export type RedriveRequest = z.output<typeof redrive.schema>;

/** Publishes outcomes again that SNS could not post, for some seconds. */
export const redriveOutcomes = defineAct({
  name: 'redrive-outcomes',
  fields: {
    ...fields,
    /**
     * Epoch milliseconds by AWS's clock: letters that are newer stay. What fails again comes back, at once if the receiver refuses it,
     * and must not be published without end. The first part has none, and gets one in its answer.
     */
    before: z.number().optional(),
  },
  permission: 'operate',
  target: ({ deadLettersUrl, perSecond }) => ({ queue: queueName(deadLettersUrl), perSecond }),
  answer: answer.extend({ before: z.number() }),
});
export type RedriveOutcomesRequest = z.output<typeof redriveOutcomes.schema>;
