import * as z from 'zod';
import { identityOf, type RefusedCommand } from './command-reading.ts';
import { openEnvelope } from './envelope.ts';
import { isObject } from './json-object.ts';
import { messageIdForm } from './original-message.ts';

/** One line of an object under `parked/` or `held/`: a message that waits for quota or for an operator. */
export const parkedCommandSchema = z.object({
  v: z.literal(1),
  lane: z.string(),
  /** The message ID that SendMessage returned to the producer. */
  messageId: z.string(),
  /** Epoch milliseconds at which the message first reached the queue. */
  sentAtMilliseconds: z.int().min(0),
  /** Deliveries before it was parked. Above 1, an earlier delivery may have sent calls to the API. */
  receiveCount: z.int().min(0),
  /** Epoch milliseconds. */
  parkedAtMilliseconds: z.int().min(0),
  source: z.string(),
  /** Empty if the message is held and its ID is not readable. */
  requestId: z.string(),
  /** Who sent it first. Absent from lines of versions that did not ask. */
  sender: z.string().optional(),
  /** Its `MessageGroupId`. */
  groupId: z.string().optional(),
  /** Confidential: the archive bucket is encrypted, and the logs contain none of it. */
  body: z.string(),
});
export type ParkedCommand = z.infer<typeof parkedCommandSchema>;

/** A line of an object under `parked/`, or undefined if it is not a parked command of this version. */
export function parkedCommandIn(line: string): ParkedCommand | undefined {
  return parkedCommandSchema.safeParse(jsonIn(line)).data;
}

/**
 * The request and message ID in a line that may be malformed, or undefined if the line is too damaged for an answer.
 */
export function askedInLine(line: string): (Omit<RefusedCommand, 'faults'> & { messageId: string }) | undefined {
  const parked = jsonIn(line);
  if (!isObject(parked) || typeof parked.messageId !== 'string') return undefined;
  if (!messageIdForm.test(parked.messageId)) return undefined;
  const { command, faults } = openEnvelope(typeof parked.body === 'string' ? parked.body : '');
  const asked = command === undefined ? identityOf(parked) : identityOf(command, faults);
  return asked.source === null || asked.requestId === null ? undefined : { ...asked, messageId: parked.messageId };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A command's key in the park order of its link. The text sorts by `requestedAt`, which may be in any time zone, and
 * then by `requestId`.
 */
export function parkOrderKey({ requestedAt, requestId }: { requestedAt: string; requestId: string }): string {
  return `${new Date(requestedAt).toISOString()} ${requestId}`;
}
