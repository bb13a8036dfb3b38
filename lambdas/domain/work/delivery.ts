import type { ReturnCause } from './return-delay.ts';

/** One SQS message, as a worker receives it. */
export interface Delivery {
  /** The ID that SendMessage returned to the producer. */
  messageId: string;
  body: string;
  /** Deliveries so far, this one included. A replayed message has one more if it was tried before it was parked. */
  receiveCount: number;
  /** Set if the message was parked and replayed from the archive. */
  replayed?: true;
  /** Epoch milliseconds at which it first reached the queue. */
  sentAtMilliseconds: number;
  /** Who sent it first, as AWS reports it: a role's or user's unique ID, or `source:crm` (domain/contract/sender.ts). */
  sender: string;
  /** Its `MessageGroupId`, by which a fair queue keeps producers apart. */
  groupId?: string;
}

/**
 * A delivery's disposition: `done` (also for a parked command) acknowledges the message, a cause returns it to the
 * queue.
 */
export type Disposition = 'done' | ReturnCause;

/** How much of an invocation's time is left. */
export interface Deadline {
  remainingMilliseconds(): number;
}

/**
 * With less time left, workers start and retry nothing. It leaves room for one call's time-out (10 s by default), and
 * to record and publish its outcome. If a command is still cut off, its next delivery completes it.
 */
export const leastTimeMilliseconds = 15_000;

/** A worker's use case: one disposition per delivery, in order. */
export type BatchWork = (deliveries: Delivery[], deadline: Deadline) => Promise<Disposition[]>;
