import * as z from 'zod';
import { defineAct, sourceName } from './act.ts';

const fields = {
  source: sourceName,
  /** The unique ID of a role or user, as SQS reports it. */
  sender: z.string().regex(/^[A-Za-z0-9.-]{1,128}$/),
  /** Whether it may replace another decision, or the reason of the same one. */
  replace: z.boolean(),
};
const target = ({ source, sender }: { source: string; sender: string }) => ({ source, sender });
const answer = z.object({
  decision: z.enum(['confirmed', 'rejected']),
  /** Epoch milliseconds. */
  at: z.number(),
  reason: z.string(),
  /** False if the same decision was there before, for the same reason. */
  changed: z.boolean(),
  /** The sender's held commands at that time. */
  held: z.int(),
});

/** Lets an unknown sender send as a producer. */
export const senderConfirm = defineAct({
  name: 'sender-confirm',
  fields: {
    ...fields,
    /** Whether it may confirm a sender of which nothing is held. */
    unseen: z.boolean(),
  },
  permission: 'operate',
  needsReason: true,
  target,
  answer,
});

/** Rejects what an unknown sender sends as a producer. */
export const senderReject = defineAct({
  name: 'sender-reject',
  fields,
  permission: 'operate',
  needsReason: true,
  target,
  answer,
});
