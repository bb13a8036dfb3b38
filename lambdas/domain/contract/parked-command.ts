import * as z from 'zod';
import { identityOf, type RefusedCommand } from './command-reading.ts';
import { openEnvelope } from './envelope.ts';
import { isObject } from './json-object.ts';
import { messageIdForm } from './original-message.ts';

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

/** A line of an object under `parked/`, or undefined when it is none of this version. */
export function parkedCommandIn(line: string): ParkedCommand | undefined {
  return parkedCommandSchema.safeParse(jsonIn(line)).data;
}

/** Who asked for what in a line that may be broken, and through which message; undefined when nobody can be answered. */
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
 * Where a command stands among those of its link that are parked: by the order in which they were asked for, as text that
 * sorts so. `requestedAt` may be in any time zone.
 */
export function parkedPlace({ requestedAt, requestId }: { requestedAt: string; requestId: string }): string {
  return `${new Date(requestedAt).toISOString()} ${requestId}`;
}
