import * as z from 'zod';

/** One line of an object under `parked/`: a message that waits for quota, as it was received. */
export const parkedCommandSchema = z.object({
  v: z.literal(1),
  lane: z.string(),
  /** What SendMessage returned to the producer. */
  messageId: z.string(),
  /** Epoch milliseconds at which it first reached the queue. */
  sentAtMilliseconds: z.int().min(0),
  /** Deliveries before it was parked: above 1, something of it may have been sent. */
  receiveCount: z.int().min(0),
  /** Epoch milliseconds. */
  parkedAtMilliseconds: z.int().min(0),
  source: z.string(),
  requestId: z.string(),
  /** Confidential: the archive bucket is encrypted, and nothing of it goes to the logs. */
  body: z.string(),
});
export type ParkedCommand = z.infer<typeof parkedCommandSchema>;

/**
 * Where a command stands among those of its link that are parked: by the order in which they were asked for, as text that
 * sorts so. `requestedAt` may be in any time zone.
 */
export function parkedPlace({ requestedAt, requestId }: { requestedAt: string; requestId: string }): string {
  return `${new Date(requestedAt).toISOString()} ${requestId}`;
}
