import type { Fault } from '../contract/fault.ts';
import type { RequestKey } from '../contract/request-key.ts';

/** What the link worker has done with a command that has no request record yet. */
export interface HttpNote {
  state: 'parked' | 'held' | 'rejected';
  reason?: string;
  faults?: Fault[];
  /** Epoch milliseconds. */
  at: number;
}

/**
 * The record of a request that came by the HTTP API: who sends it, and what no request record shows. A request record
 * always counts before it.
 */
export interface HttpRecord extends RequestKey {
  /** Distinguishes a repeat from another command under the same key. */
  commandDigest: string;
  /** The digest of the command's subject (domain/link/digest.ts). */
  subject?: string;
  lane: string;
  /** The ID of the command's message, in each copy that is sent. */
  messageId: string;
  /** Epoch milliseconds of the last claim. */
  claimedAt: number;
  /** Epoch milliseconds at which a queue accepted the message. Absent while a call sends it, or after that call crashed. */
  sentAt?: number;
  /** Whether the command asks for a QR code. */
  qr?: true;
  waiting?: HttpNote;
  /** Epoch seconds; DynamoDB's TTL. */
  expiresAt: number;
}

/** The message group of a producer's commands from the HTTP API. Parking and replay keep a message's group. */
export const httpGroupOf = (source: string): string => `http:${source}`;

/** A claim whose message is not sent after this time belongs to a call that crashed, and another call takes it over. */
export const claimGoodForMilliseconds = 10_000;

/**
 * What a call finds in the record of its key:
 *
 * - `running`    the command is on its way, or another call is sending it
 * - `crashed`    the call that claimed the key has not sent the command
 * - `ended`      the command has ended without an outcome of its own, and the key may be claimed anew
 * - `reused`     the key has another command
 * - `abandoned`  the key has another command, and the call that claimed the key has not sent that command
 */
export type Claimed = 'running' | 'crashed' | 'ended' | 'reused' | 'abandoned';

export function claimedAs(record: HttpRecord, commandDigest: string, nowMilliseconds: number): Claimed {
  if (record.waiting?.state === 'rejected') return 'ended';
  // The worker has noted something, so the message was sent.
  const isSent = record.sentAt !== undefined || record.waiting !== undefined;
  const isLost = !isSent && nowMilliseconds - record.claimedAt >= claimGoodForMilliseconds;
  if (record.commandDigest === commandDigest) return isLost ? 'crashed' : 'running';
  return isLost ? 'abandoned' : 'reused';
}
