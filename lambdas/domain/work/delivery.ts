import type { ReturnCause } from './return-delay.ts';

/** One SQS message as it was handed to a worker. */
export interface Delivery {
  /** The ID that SendMessage returned to the producer. */
  messageId: string;
  body: string;
  /** How often it was delivered, this time included; of one that was parked, one more if it had been tried before. */
  receiveCount: number;
  /** It was parked, and is back from the archive. */
  replayed?: true;
  /** Epoch milliseconds at which it first reached the queue. */
  sentAtMilliseconds: number;
}

/** What the worker did with it: `done` (parked commands included) acknowledges the message, a cause gives it back to the queue. */
export type Verdict = 'done' | ReturnCause;

/** How much of an invocation's time is left. */
export interface Deadline {
  remainingMilliseconds(): number;
}

/**
 * With less time than this left, nothing is begun or tried again: room for one call's time-out (10 s by default) and for
 * recording and telling what came of it. A command that is cut off all the same is settled on its next delivery.
 */
export const leastTimeMilliseconds = 15_000;

/** A worker's use case: one verdict per delivery, in order. */
export type BatchWork = (deliveries: Delivery[], deadline: Deadline) => Promise<Verdict[]>;
