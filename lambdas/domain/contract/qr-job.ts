import * as z from 'zod';
import { qrOptions } from './command.ts';

/** A job that a link worker sends to the QR worker, through the QR queue of all lanes. */
export const qrJobSchema = z.object({
  specVersion: z.literal('1.0'),
  /** The lane of the command. */
  lane: z.string(),
  source: z.string(),
  requestId: z.string(),
  /** The action of the command: `qr`, or a create with a QR code. */
  action: z.enum(['create', 'qr']),
  /** The ID of the command's message. */
  messageId: z.string(),
  commandDigest: z.string(),
  /** The digest of the command's subject. */
  subject: z.string().optional(),
  onelinkId: z.string(),
  shortlinkId: z.string(),
  version: z.int().optional(),
  qr: qrOptions.strip(),
  metadata: z.record(z.string(), z.string()).optional(),
  /** Epoch milliseconds at which the command was sent. */
  sentAtMilliseconds: z.number(),
});
export type QrJob = z.infer<typeof qrJobSchema>;

/** SQS's limit (API reference, SendMessage). */
const longestGroupId = 128;

/**
 * The message group of a job: its lane, and the group of its command if that has one. SQS delivers quiet groups first, so
 * the jobs of a campaign do not hold up those of another lane or producer.
 */
export function qrGroupOf(lane: string, { groupId }: { groupId?: string }): string {
  return (groupId === undefined ? lane : `${lane}/${groupId}`).slice(0, longestGroupId);
}
